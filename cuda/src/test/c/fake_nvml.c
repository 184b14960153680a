/*
 * A stand-in for libnvidia-ml.so.1: one GPU per entry of a small table, whose values a test sets.
 * A value of -n stands for NVML's error n, as real GPUs answer what they do not support.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7 };

/* What a GPU says. FakeNvml.java has the same numbers. */
enum Value { TEMPERATURE, POWER, POWER_LIMIT, MEMORY_USED, BUSY, CLOCK_REASONS, ECC_ERRORS, MIG_MODE, MIG_DEVICES, VALUES };

struct Gpu {
  int number, mig; /* mig: -1 for a GPU, else the instance's number */
  int64_t values[VALUES];
  struct Gpu *instances;
};

static struct Gpu gpus[8];
static int count, users, init_result;

static void pose(int devices, int init) {
  count = devices, users = 0, init_result = init;
  for (int i = 0; i < 8; i++) {
    const int64_t values[VALUES] = {41, 70000, 700000, 1 << 20, 25, 1, 0, 0, 0};
    memcpy(gpus[i].values, values, sizeof values);
    gpus[i].number = i, gpus[i].mig = -1;
    if (!gpus[i].instances) gpus[i].instances = calloc(7, sizeof(struct Gpu));
    for (int j = 0; j < 7; j++) {
      gpus[i].instances[j] = gpus[i];
      gpus[i].instances[j].mig = j;
    }
  }
}

__attribute__((constructor)) static void start(void) {
  const char *devices = getenv("FAKE_CUDA_DEVICES"), *mig = getenv("FAKE_NVML_MIG");
  pose(devices ? atoi(devices) : 2, 0);
  for (int i = 0; mig && i < 8; i++) gpus[i].values[MIG_MODE] = 1, gpus[i].values[MIG_DEVICES] = atoi(mig);
}

#define ENTER() if (!users) return UNINITIALIZED

API int nvmlInit_v2(void) {
  if (init_result) return init_result;
  users++;
  return SUCCESS;
}

API int nvmlShutdown(void) {
  ENTER();
  users--;
  return SUCCESS;
}

API int nvmlSystemGetDriverVersion(char *text, unsigned length) {
  ENTER();
  snprintf(text, length, "590.44.01");
  return SUCCESS;
}

API int nvmlDeviceGetCount_v2(unsigned *n) {
  ENTER();
  *n = (unsigned)count;
  return SUCCESS;
}

API int nvmlDeviceGetHandleByIndex_v2(unsigned index, struct Gpu **gpu) {
  ENTER();
  if (index >= (unsigned)count) return INVALID_ARGUMENT;
  /* NVML numbers by PCI address, CUDA by speed: here the other way round, so that who mixes them shows. */
  *gpu = &gpus[count - 1 - (int)index];
  return SUCCESS;
}

API int nvmlDeviceGetUUID(struct Gpu *gpu, char *text, unsigned length) {
  ENTER();
  if (length < 41) return INSUFFICIENT_SIZE;
  if (gpu->mig < 0) snprintf(text, length, "GPU-a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae%02x", gpu->number);
  else snprintf(text, length, "MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd%02x%02x", gpu->number, gpu->mig);
  return SUCCESS;
}

API int nvmlDeviceGetName(struct Gpu *gpu, char *text, unsigned length) {
  ENTER();
  snprintf(text, length, "Fake H100 %d", gpu->number);
  return SUCCESS;
}

static int number(struct Gpu *gpu, enum Value which, int64_t *value) {
  ENTER();
  *value = gpu->values[which];
  return *value < 0 ? (int)-*value : SUCCESS;
}

#define NUMBER(which)                               \
  int64_t value;                                    \
  int failed = number(gpu, which, &value);          \
  if (failed) return failed

API int nvmlDeviceGetTemperature(struct Gpu *gpu, int sensor, unsigned *celsius) {
  if (sensor) return INVALID_ARGUMENT;
  NUMBER(TEMPERATURE);
  *celsius = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetPowerUsage(struct Gpu *gpu, unsigned *milliwatts) {
  NUMBER(POWER);
  *milliwatts = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetEnforcedPowerLimit(struct Gpu *gpu, unsigned *milliwatts) {
  NUMBER(POWER_LIMIT);
  *milliwatts = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetMemoryInfo(struct Gpu *gpu, unsigned long long *memory) {
  NUMBER(MEMORY_USED);
  memory[0] = 1ull << 30, memory[1] = (1ull << 30) - (uint64_t)value, memory[2] = (uint64_t)value;
  return SUCCESS;
}

API int nvmlDeviceGetUtilizationRates(struct Gpu *gpu, unsigned *percent) {
  NUMBER(BUSY);
  percent[0] = (unsigned)value, percent[1] = (unsigned)value / 2;
  return SUCCESS;
}

API int nvmlDeviceGetCurrentClocksThrottleReasons(struct Gpu *gpu, unsigned long long *bits) {
  NUMBER(CLOCK_REASONS);
  *bits = (unsigned long long)value;
  return SUCCESS;
}

/* Uncorrected (1), since the driver was loaded (0). */
API int nvmlDeviceGetTotalEccErrors(struct Gpu *gpu, int type, int counter, unsigned long long *errors) {
  if (type != 1 || counter != 0) return INVALID_ARGUMENT;
  NUMBER(ECC_ERRORS);
  *errors = (unsigned long long)value;
  return SUCCESS;
}

API int nvmlDeviceGetMigMode(struct Gpu *gpu, unsigned *now, unsigned *pending) {
  NUMBER(MIG_MODE);
  *now = *pending = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetMaxMigDeviceCount(struct Gpu *gpu, unsigned *n) {
  (void)gpu;
  ENTER();
  *n = 7;
  return SUCCESS;
}

/* Instances have the odd numbers: places may be empty. */
API int nvmlDeviceGetMigDeviceHandleByIndex(struct Gpu *gpu, unsigned index, struct Gpu **instance) {
  NUMBER(MIG_DEVICES);
  if (index % 2 == 0 || index / 2 >= (unsigned)value) return NOT_FOUND;
  *instance = &gpu->instances[index];
  return SUCCESS;
}

#define NATIVE(type, name) API type Java_dev_windlass_cuda_fake_FakeNvml_##name

NATIVE(void, pose)(void *env, void *type, int32_t devices, int32_t init) {
  (void)env, (void)type;
  pose(devices, init);
}

NATIVE(void, set)(void *env, void *type, int32_t gpu, int32_t which, int64_t value) {
  (void)env, (void)type;
  gpus[gpu].values[which] = value;
}

NATIVE(int32_t, users)(void *env, void *type) {
  (void)env, (void)type;
  return users;
}

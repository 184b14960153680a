/*
 * A stand-in for libnvidia-ml.so.1: GPUs whose values a test sets, with MIG instances, processes,
 * links and events. A value of -n stands for NVML's error n, as real GPUs answer what they do not
 * support. A lost GPU answers nothing, and makes every wait for its events fail.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define API __attribute__((visibility("default")))

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6,
       INSUFFICIENT_SIZE = 7, TIMEOUT = 10, GPU_IS_LOST = 15 };
enum { MAX_GPUS = 8, MAX_INSTANCES = 7, MAX_LINKS = 18, MAX_PROCESSES = 8, MAX_EVENTS = 64, MAX_SETS = 16 };

/* What a GPU says. FakeNvml.java has the same, in the same order. */
enum Value {
  TEMPERATURE, POWER, POWER_LIMIT, MEMORY_USED, BUSY, CLOCK_REASONS, ECC_ERRORS, MIG_MODE, MIG_DEVICES,
  FAN, ENERGY, SM_CLOCK, MEMORY_CLOCK, MAX_CLOCK, ECC_CORRECTED, ECC_ERRORS_EVER, ECC_CORRECTED_EVER,
  PAGES_SINGLE_BIT, PAGES_DOUBLE_BIT, PAGES_PENDING, ROWS_CORRECTED, ROWS_UNCORRECTED, ROWS_PENDING, ROWS_FAILED,
  BANKS_WITHOUT_SPARE, PCIE_GENERATION, PCIE_LANES, PCIE_BEST_LANES, PCIE_REPLAYS, FABRIC_STATE, FABRIC_STATUS,
  PCI, HANDLE, EVENTS, PROCESSES, ATTRIBUTES, LOST, VALUES
};

struct Link { int up, type, remote; };

/* As nvmlProcessInfo_t. */
struct Process { unsigned pid; unsigned long long bytes; unsigned gpu_instance, compute_instance; };

struct Gpu {
  int number, mig; /* mig: -1 for a GPU, else the instance's number */
  int64_t values[VALUES];
  struct Gpu *instances;
  struct Link links[MAX_LINKS];
  int paths[MAX_GPUS];
  struct Process processes[3][MAX_PROCESSES];
  int process_count[3];
};

/* As nvmlEventData_t. */
struct Event { struct Gpu *gpu; unsigned long long kind, data; unsigned gpu_instance, compute_instance; };

struct EventSet { bool used; unsigned gpus; };

static struct Gpu gpus[MAX_GPUS];
static int count, users, init_result;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t happened = PTHREAD_COND_INITIALIZER;
static struct Event queue[MAX_EVENTS];
static struct EventSet sets[MAX_SETS];
static int queued, wait_error, failed_waits;

static void pose(int devices, int init) {
  pthread_mutex_lock(&lock);
  count = devices, users = 0, init_result = init, queued = 0, wait_error = 0, failed_waits = 0;
  memset(sets, 0, sizeof sets);
  for (int i = 0; i < MAX_GPUS; i++) {
    const int64_t values[VALUES] = {
        [TEMPERATURE] = 41, [POWER] = 70000, [POWER_LIMIT] = 700000, [MEMORY_USED] = 1 << 20, [BUSY] = 25,
        [CLOCK_REASONS] = 1, [FAN] = -NOT_SUPPORTED, [ENERGY] = 5000000, [SM_CLOCK] = 345, [MEMORY_CLOCK] = 2619,
        [MAX_CLOCK] = 2700, [PAGES_SINGLE_BIT] = -NOT_SUPPORTED, [PCIE_GENERATION] = 5, [PCIE_LANES] = 16,
        [PCIE_BEST_LANES] = 16, [FABRIC_STATE] = 3, [EVENTS] = 8 | 2 | 1};
    struct Gpu *gpu = &gpus[i], *instances = gpu->instances ? gpu->instances : calloc(MAX_INSTANCES, sizeof *gpu);
    memset(gpu, 0, sizeof *gpu);
    memcpy(gpu->values, values, sizeof values);
    gpu->number = i, gpu->mig = -1;
    for (int j = 0; j < MAX_GPUS; j++) gpu->paths[j] = 50;
    for (int j = 0; j < MAX_INSTANCES; j++) {
      instances[j] = *gpu;
      instances[j].mig = j;
    }
    gpu->instances = instances;
  }
  pthread_cond_broadcast(&happened);
  pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void start(void) {
  const char *devices = getenv("FAKE_CUDA_DEVICES"), *mig = getenv("FAKE_NVML_MIG");
  pose(devices ? atoi(devices) : 2, 0);
  for (int i = 0; mig && i < MAX_GPUS; i++) gpus[i].values[MIG_MODE] = 1, gpus[i].values[MIG_DEVICES] = atoi(mig);
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
  return (*gpu)->values[HANDLE] < 0 ? (int)-(*gpu)->values[HANDLE] : SUCCESS;
}

API int nvmlDeviceGetUUID(struct Gpu *gpu, char *text, unsigned length) {
  ENTER();
  if (length < 41) return INSUFFICIENT_SIZE;
  if (gpu->mig < 0) snprintf(text, length, "GPU-a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae%02x", gpu->number);
  else snprintf(text, length, "MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd%02x%02x", gpu->number, gpu->mig / 2);
  return SUCCESS;
}

API int nvmlDeviceGetName(struct Gpu *gpu, char *text, unsigned length) {
  ENTER();
  if (gpu->mig < 0) snprintf(text, length, "Fake H100 %d", gpu->number);
  else snprintf(text, length, gpu->mig == 1 ? "Fake H100 %d MIG 1g.10gb" : "Fake H100 %d", gpu->number);
  return SUCCESS;
}

static int number(struct Gpu *gpu, enum Value which, int64_t *value) {
  ENTER();
  if (gpus[gpu->number].values[LOST]) return GPU_IS_LOST;
  *value = gpu->values[which];
  return *value < 0 ? (int)-*value : SUCCESS;
}

#define NUMBER(which)                               \
  int64_t value;                                    \
  int failed = number(gpu, which, &value);          \
  if (failed) return failed

#define UNSIGNED(name, which)                       \
  API int name(struct Gpu *gpu, unsigned *to) {     \
    NUMBER(which);                                  \
    *to = (unsigned)value;                          \
    return SUCCESS;                                 \
  }

UNSIGNED(nvmlDeviceGetPowerUsage, POWER)
UNSIGNED(nvmlDeviceGetEnforcedPowerLimit, POWER_LIMIT)
UNSIGNED(nvmlDeviceGetFanSpeed, FAN)
UNSIGNED(nvmlDeviceGetCurrPcieLinkGeneration, PCIE_GENERATION)
UNSIGNED(nvmlDeviceGetCurrPcieLinkWidth, PCIE_LANES)
UNSIGNED(nvmlDeviceGetMaxPcieLinkGeneration, PCIE_GENERATION)
UNSIGNED(nvmlDeviceGetMaxPcieLinkWidth, PCIE_BEST_LANES)
UNSIGNED(nvmlDeviceGetPcieReplayCounter, PCIE_REPLAYS)
UNSIGNED(nvmlDeviceGetRetiredPagesPendingStatus, PAGES_PENDING)

API int nvmlDeviceGetTemperature(struct Gpu *gpu, int sensor, unsigned *celsius) {
  if (sensor) return INVALID_ARGUMENT;
  NUMBER(TEMPERATURE);
  *celsius = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetTotalEnergyConsumption(struct Gpu *gpu, unsigned long long *millijoules) {
  NUMBER(ENERGY);
  *millijoules = (unsigned long long)value;
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

API int nvmlDeviceGetClockInfo(struct Gpu *gpu, int which, unsigned *megahertz) {
  if (which != 1 && which != 2) return INVALID_ARGUMENT;
  NUMBER(which == 1 ? SM_CLOCK : MEMORY_CLOCK);
  *megahertz = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetMaxClockInfo(struct Gpu *gpu, int which, unsigned *megahertz) {
  if (which != 1 && which != 2) return INVALID_ARGUMENT;
  NUMBER(MAX_CLOCK);
  *megahertz = (unsigned)value + (unsigned)which;
  return SUCCESS;
}

API int nvmlDeviceGetCurrentClocksThrottleReasons(struct Gpu *gpu, unsigned long long *bits) {
  NUMBER(CLOCK_REASONS);
  *bits = (unsigned long long)value;
  return SUCCESS;
}

/* type 1: uncorrected; counter 0: since the driver was loaded. */
API int nvmlDeviceGetTotalEccErrors(struct Gpu *gpu, int type, int counter, unsigned long long *errors) {
  if (type < 0 || type > 1 || counter < 0 || counter > 1) return INVALID_ARGUMENT;
  NUMBER(type == 1 ? (counter ? ECC_ERRORS_EVER : ECC_ERRORS) : (counter ? ECC_CORRECTED_EVER : ECC_CORRECTED));
  *errors = (unsigned long long)value;
  return SUCCESS;
}

API int nvmlDeviceGetRetiredPages(struct Gpu *gpu, int cause, unsigned *n, unsigned long long *addresses) {
  if (cause < 0 || cause > 1) return INVALID_ARGUMENT;
  NUMBER(cause ? PAGES_DOUBLE_BIT : PAGES_SINGLE_BIT);
  bool room = *n >= (unsigned)value;
  *n = (unsigned)value;
  for (unsigned i = 0; room && i < *n; i++) addresses[i] = 4096ull * i;
  return room ? SUCCESS : INSUFFICIENT_SIZE;
}

API int nvmlDeviceGetRemappedRows(struct Gpu *gpu, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed_rows) {
  NUMBER(ROWS_CORRECTED);
  *corrected = (unsigned)value;
  *uncorrected = (unsigned)gpu->values[ROWS_UNCORRECTED];
  *pending = (unsigned)gpu->values[ROWS_PENDING];
  *failed_rows = (unsigned)gpu->values[ROWS_FAILED];
  return SUCCESS;
}

API int nvmlDeviceGetRowRemapperHistogram(struct Gpu *gpu, unsigned *banks) {
  NUMBER(BANKS_WITHOUT_SPARE);
  const unsigned all[5] = {640 - (unsigned)value, 3, 2, 1, (unsigned)value};
  memcpy(banks, all, sizeof all);
  return SUCCESS;
}

struct PciInfo { char legacy[16]; unsigned domain, bus, device, id, subsystem; char text[32]; };

static void address(int gpu, struct PciInfo *pci) {
  memset(pci, 0, sizeof *pci);
  pci->bus = 0x3a + (unsigned)gpu;
  snprintf(pci->text, sizeof pci->text, "%08X:%02X:00.0", pci->domain, pci->bus);
}

API int nvmlDeviceGetPciInfo_v3(struct Gpu *gpu, struct PciInfo *pci) {
  NUMBER(PCI);
  address(gpu->number, pci);
  return SUCCESS;
}

struct FabricInfo { unsigned char cluster[16]; unsigned status, clique; unsigned char state; };

API int nvmlDeviceGetGpuFabricInfo(struct Gpu *gpu, struct FabricInfo *info) {
  NUMBER(FABRIC_STATE);
  memset(info, 0, sizeof *info);
  info->state = (unsigned char)value;
  info->status = (unsigned)gpu->values[FABRIC_STATUS];
  return SUCCESS;
}

static int processes(struct Gpu *gpu, int kind, unsigned *n, struct Process *to) {
  NUMBER(PROCESSES);
  unsigned there = (unsigned)gpu->process_count[kind];
  bool room = *n >= there;
  *n = there;
  if (room && there) memcpy(to, gpu->processes[kind], there * sizeof *to);
  return room ? SUCCESS : INSUFFICIENT_SIZE;
}

API int nvmlDeviceGetComputeRunningProcesses_v3(struct Gpu *gpu, unsigned *n, struct Process *to) {
  return processes(gpu, 0, n, to);
}

API int nvmlDeviceGetMPSComputeRunningProcesses_v3(struct Gpu *gpu, unsigned *n, struct Process *to) {
  return processes(gpu, 1, n, to);
}

API int nvmlDeviceGetGraphicsRunningProcesses_v3(struct Gpu *gpu, unsigned *n, struct Process *to) {
  (void)n, (void)to;
  NUMBER(PROCESSES);
  return NOT_SUPPORTED; /* as on a GPU for computing */
}

API int nvmlDeviceGetMigMode(struct Gpu *gpu, unsigned *now, unsigned *pending) {
  NUMBER(MIG_MODE);
  *now = *pending = (unsigned)value;
  return SUCCESS;
}

API int nvmlDeviceGetMaxMigDeviceCount(struct Gpu *gpu, unsigned *n) {
  (void)gpu;
  ENTER();
  *n = MAX_INSTANCES;
  return SUCCESS;
}

/* Instances have the odd numbers: places may be empty. Number 2n + 1 is the fake driver's MIG device n. */
API int nvmlDeviceGetMigDeviceHandleByIndex(struct Gpu *gpu, unsigned index, struct Gpu **instance) {
  NUMBER(MIG_DEVICES);
  if (index % 2 == 0 || index / 2 >= (unsigned)value) return NOT_FOUND;
  *instance = &gpu->instances[index];
  return SUCCESS;
}

/* GPU instances are numbered 7, 9, ...; each has one compute instance, 0. */
API int nvmlDeviceGetGpuInstanceId(struct Gpu *gpu, unsigned *id) {
  ENTER();
  if (gpu->mig < 0) return INVALID_ARGUMENT;
  *id = 6 + (unsigned)gpu->mig;
  return SUCCESS;
}

API int nvmlDeviceGetComputeInstanceId(struct Gpu *gpu, unsigned *id) {
  ENTER();
  if (gpu->mig < 0) return INVALID_ARGUMENT;
  *id = 0;
  return SUCCESS;
}

struct Attributes { unsigned multiprocessors, engines[5], slices, compute_slices; unsigned long long mebibytes; };

/* One eighth of the memory for each slice, less 10 MiB that cannot be used. */
API int nvmlDeviceGetAttributes_v2(struct Gpu *gpu, struct Attributes *to) {
  if (gpu->mig < 0) return INVALID_ARGUMENT;
  NUMBER(ATTRIBUTES);
  memset(to, 0, sizeof *to);
  to->multiprocessors = 16, to->slices = 3, to->compute_slices = 1, to->mebibytes = 1024 * 4 / 8 - 10;
  return SUCCESS;
}

API int nvmlDeviceGetTopologyCommonAncestor(struct Gpu *gpu, struct Gpu *other, int *level) {
  NUMBER(PCI);
  *level = gpu->paths[other->number];
  return SUCCESS;
}

#define LINK()                                        \
  NUMBER(PCI);                                        \
  if (link >= MAX_LINKS) return INVALID_ARGUMENT;     \
  if (!gpu->links[link].up) return NOT_SUPPORTED

API int nvmlDeviceGetNvLinkState(struct Gpu *gpu, unsigned link, unsigned *state) {
  LINK();
  *state = gpu->links[link].up == 1;
  return SUCCESS;
}

API int nvmlDeviceGetNvLinkRemoteDeviceType(struct Gpu *gpu, unsigned link, int *type) {
  LINK();
  *type = gpu->links[link].type;
  return SUCCESS;
}

API int nvmlDeviceGetNvLinkRemotePciInfo_v2(struct Gpu *gpu, unsigned link, struct PciInfo *pci) {
  LINK();
  address(gpu->links[link].remote, pci);
  return SUCCESS;
}

API int nvmlEventSetCreate(struct EventSet **set) {
  ENTER();
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MAX_SETS; i++) {
    if (!sets[i].used) {
      sets[i] = (struct EventSet){.used = true};
      *set = &sets[i];
      pthread_mutex_unlock(&lock);
      return SUCCESS;
    }
  }
  pthread_mutex_unlock(&lock);
  return 20;
}

API int nvmlEventSetFree(struct EventSet *set) {
  ENTER();
  if (!set->used) return INVALID_ARGUMENT;
  set->used = false;
  return SUCCESS;
}

API int nvmlDeviceGetSupportedEventTypes(struct Gpu *gpu, unsigned long long *kinds) {
  NUMBER(EVENTS);
  *kinds = (unsigned long long)value;
  return SUCCESS;
}

API int nvmlDeviceRegisterEvents(struct Gpu *gpu, unsigned long long kinds, struct EventSet *set) {
  NUMBER(EVENTS);
  if (kinds & ~(unsigned long long)value) return NOT_SUPPORTED;
  if (!set->used) return INVALID_ARGUMENT;
  pthread_mutex_lock(&lock);
  set->gpus |= 1u << gpu->number;
  pthread_cond_broadcast(&happened);
  pthread_mutex_unlock(&lock);
  return SUCCESS;
}

static bool take(struct EventSet *set, struct Event *event) {
  for (int i = 0; i < queued; i++) {
    if (set->gpus >> queue[i].gpu->number & 1) {
      *event = queue[i];
      memmove(&queue[i], &queue[i + 1], (size_t)(--queued - i) * sizeof *event);
      return true;
    }
  }
  return false;
}

static int waiting_fails(struct EventSet *set) {
  if (wait_error) return wait_error;
  for (int i = 0; i < MAX_GPUS; i++) {
    if (set->gpus >> i & 1 && gpus[i].values[LOST]) return GPU_IS_LOST;
  }
  return SUCCESS;
}

API int nvmlEventSetWait_v2(struct EventSet *set, struct Event *event, unsigned millis) {
  ENTER();
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += millis / 1000, until.tv_nsec += millis % 1000 * 1000000l;
  if (until.tv_nsec >= 1000000000l) until.tv_sec++, until.tv_nsec -= 1000000000l;
  int result = TIMEOUT;
  pthread_mutex_lock(&lock);
  for (int late = 0;; late = pthread_cond_timedwait(&happened, &lock, &until)) {
    int failed = waiting_fails(set);
    if (failed) failed_waits++, result = failed;
    else if (take(set, event)) result = SUCCESS;
    if (result != TIMEOUT || late) break;
  }
  pthread_mutex_unlock(&lock);
  return result;
}

#define NATIVE(type, name) API type Java_dev_windlass_cuda_fake_FakeNvml_##name

NATIVE(void, pose)(void *env, void *type, int32_t devices, int32_t init) {
  (void)env, (void)type;
  pose(devices, init);
}

NATIVE(void, set)(void *env, void *type, int32_t gpu, int32_t which, int64_t value) {
  (void)env, (void)type;
  pthread_mutex_lock(&lock);
  gpus[gpu].values[which] = value;
  pthread_cond_broadcast(&happened);
  pthread_mutex_unlock(&lock);
}

NATIVE(void, setInstance)(void *env, void *type, int32_t gpu, int32_t instance, int32_t which, int64_t value) {
  (void)env, (void)type;
  gpus[gpu].instances[instance].values[which] = value;
}

NATIVE(void, path)(void *env, void *type, int32_t gpu, int32_t other, int32_t level) {
  (void)env, (void)type;
  gpus[gpu].paths[other] = gpus[other].paths[gpu] = level;
}

NATIVE(void, link)(void *env, void *type, int32_t gpu, int32_t link, int32_t up, int32_t remote_type, int32_t remote) {
  (void)env, (void)type;
  gpus[gpu].links[link] = (struct Link){up ? 1 : 2, remote_type, remote};
}

NATIVE(void, process)(void *env, void *type, int32_t gpu, int32_t kind, int32_t pid, int64_t bytes, int32_t gpu_instance) {
  (void)env, (void)type;
  gpus[gpu].processes[kind][gpus[gpu].process_count[kind]++] = (struct Process){
      (unsigned)pid, (unsigned long long)bytes, (unsigned)gpu_instance, gpu_instance < 0 ? ~0u : 0};
}

NATIVE(void, raise)(void *env, void *type, int32_t gpu, int64_t kind, int64_t data, int32_t gpu_instance) {
  (void)env, (void)type;
  pthread_mutex_lock(&lock);
  queue[queued++] = (struct Event){&gpus[gpu], (unsigned long long)kind, (unsigned long long)data,
                                   (unsigned)gpu_instance, gpu_instance < 0 ? ~0u : 0};
  pthread_cond_broadcast(&happened);
  pthread_mutex_unlock(&lock);
}

/* Every wait fails with this code from now on; 0: none does. */
NATIVE(void, failWaits)(void *env, void *type, int32_t code) {
  (void)env, (void)type;
  pthread_mutex_lock(&lock);
  wait_error = code;
  pthread_cond_broadcast(&happened);
  pthread_mutex_unlock(&lock);
}

NATIVE(int32_t, failedWaits)(void *env, void *type) {
  (void)env, (void)type;
  return failed_waits;
}

/* The GPUs whose events are waited for, one bit each, over all sets. */
NATIVE(int32_t, watched)(void *env, void *type) {
  (void)env, (void)type;
  unsigned all = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MAX_SETS; i++) all |= sets[i].used ? sets[i].gpus : 0;
  pthread_mutex_unlock(&lock);
  return (int32_t)all;
}

NATIVE(int32_t, eventSets)(void *env, void *type) {
  (void)env, (void)type;
  int live = 0;
  for (int i = 0; i < MAX_SETS; i++) live += sets[i].used;
  return live;
}

NATIVE(int32_t, users)(void *env, void *type) {
  (void)env, (void)type;
  return users;
}

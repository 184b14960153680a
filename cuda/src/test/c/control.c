/* The state, error injection, and what FakeCuda.java calls. Its natives take numbers only, so that
 * no JNI header is needed. */
#include "fake_cuda.h"
#include <stdio.h>

struct Fake fake;
__thread struct Device *current;
__thread bool in_host_function;

static uint64_t from_environment(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

__attribute__((constructor)) static void start(void) {
  pthread_mutex_init(&fake.lock, NULL);
  pthread_cond_init(&fake.changed, NULL);
  fake.devices = (int)from_environment("FAKE_CUDA_DEVICES", 2);
  fake.driver_version = (int)from_environment("FAKE_CUDA_DRIVER_VERSION", 13010);
  fake.init_result = (int)from_environment("FAKE_CUDA_INIT", SUCCESS);
  fake.memory = from_environment("FAKE_CUDA_MEMORY", 1ull << 30);
  fake.mig = from_environment("FAKE_CUDA_MIG", 0);
}

static int java_hash(const char *text) {
  uint32_t hash = 0;
  for (; *text; text++) hash = 31 * hash + (unsigned char)*text;
  return (int)hash;
}

CUresult enter(const char *call, bool needs_context) {
  pthread_mutex_lock(&fake.lock);
  if (fake.fail_at > 0 && java_hash(call) == fake.fail_call && --fake.fail_at == 0) {
    return fake.fail_code;
  }
  if (in_host_function) return NOT_PERMITTED;
  if (!fake.initialized) return NOT_INITIALIZED;
  if (!needs_context) return SUCCESS;
  return !current || !current->context_references ? INVALID_CONTEXT : current->error;
}

void fault(struct Device *device, int code) {
  if (!device->error) device->error = code;
}

CUresult leave(CUresult result) {
  pthread_mutex_unlock(&fake.lock);
  return result;
}

#define NATIVE(type, name) API type Java_dev_windlass_cuda_fake_FakeCuda_##name

NATIVE(int64_t, live)(void *env, void *type, int32_t kind) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  int64_t live = fake.live[kind];
  pthread_mutex_unlock(&fake.lock);
  return live;
}

NATIVE(int64_t, used)(void *env, void *type, int32_t device) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  int64_t used = (int64_t)fake.device[device].used;
  pthread_mutex_unlock(&fake.lock);
  return used;
}

NATIVE(void, failAt)(void *env, void *type, int32_t call, int32_t nth, int32_t code) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.fail_call = call, fake.fail_at = nth, fake.fail_code = code;
  pthread_mutex_unlock(&fake.lock);
}

NATIVE(void, failKernelAt)(void *env, void *type, int32_t nth, int32_t code) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.kernel_fault_at = nth, fake.kernel_fault = code;
  pthread_mutex_unlock(&fake.lock);
}

NATIVE(void, withhold)(void *env, void *type, int32_t attribute) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.withheld = attribute;
  pthread_mutex_unlock(&fake.lock);
}

NATIVE(void, delay)(void *env, void *type, int32_t micros) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.delay_micros = micros;
  pthread_mutex_unlock(&fake.lock);
}

/* As if the driver had just been loaded: all handles are dead, cuInit is to be called again. */
NATIVE(void, pose)
(void *env, void *type, int32_t devices, int32_t driver_version, int32_t init_result, int64_t memory) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.delay_micros = 0;
  drain_all(NULL);
  forget_memory(NULL);
  forget_streams(NULL);
  forget_events(NULL);
  forget_graphs();
  forget_modules(NULL);
  memset(fake.live, 0, sizeof fake.live);
  memset(fake.device, 0, sizeof fake.device);
  fake.initialized = false;
  fake.devices = devices, fake.driver_version = driver_version;
  fake.init_result = init_result, fake.memory = (uint64_t)memory;
  fake.fail_at = fake.kernel_fault_at = fake.withheld = 0;
  fake.mig = false;
  pthread_mutex_unlock(&fake.lock);
}

NATIVE(void, instances)(void *env, void *type) {
  (void)env, (void)type;
  pthread_mutex_lock(&fake.lock);
  fake.mig = true;
  pthread_mutex_unlock(&fake.lock);
}

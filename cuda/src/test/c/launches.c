/* Launches. Each leaves its shape and arguments for the test, and runs on its stream if kernels.c has
 * a kernel of that name. */
#include "fake_cuda.h"

static struct {
  long count;
  int shape[11];
  unsigned char arguments[4096];
  size_t bytes;
} launched;

struct Config {
  unsigned gx, gy, gz, bx, by, bz, shared;
  void *stream;
  const struct Attribute *attributes;
  unsigned count;
};

struct Attribute {
  int id;
  union {
    char size[64];
    int cooperative;
    unsigned cluster[3];
  } value __attribute__((aligned(8)));
};

static CUresult cluster_fits(struct Function *f, const struct Config *c, const unsigned *cluster) {
  unsigned blocks = cluster[0] * cluster[1] * cluster[2];
  if (!blocks || blocks > (f->large_clusters ? 16u : 8u)) return INVALID_CLUSTER_SIZE;
  bool whole = c->gx % cluster[0] == 0 && c->gy % cluster[1] == 0 && c->gz % cluster[2] == 0;
  return whole ? SUCCESS : INVALID_CLUSTER_SIZE;
}

/* Either a pointer to each parameter, or the block of all with keys: 1 the block, 2 its size, 0 the end. */
static CUresult take_arguments(struct Function *f, void **parameters, void **extra) {
  const void *block = NULL;
  size_t bytes = parameters ? (size_t)f->parameter_bytes : 0;
  if (parameters && extra) return INVALID_VALUE;
  for (; extra && *extra; extra += 2) {
    if (*extra == (void *)1) block = extra[1];
    else if (*extra == (void *)2) bytes = *(size_t *)extra[1];
    else return INVALID_VALUE;
  }
  if (bytes > sizeof launched.arguments) return INVALID_VALUE;
  if (block) memcpy(launched.arguments, block, bytes);
  for (int i = 0; parameters && i < f->parameters; i++) {
    memcpy(launched.arguments + f->parameter[i].offset, parameters[i], (size_t)f->parameter[i].bytes);
  }
  launched.bytes = bytes;
  return SUCCESS;
}

static CUresult launch(void *function, const struct Config *c, void **parameters, void **extra) {
  struct Function *f = function_of(function);
  if (!f || !stream_of_current(c->stream)) return INVALID_HANDLE;
  uint64_t allowed = f->dynamic_shared > 49152 ? (uint64_t)f->dynamic_shared : 49152;
  uint64_t threads = (uint64_t)c->bx * c->by * c->bz, blocks = (uint64_t)c->gx * c->gy * c->gz;
  if (!threads || threads > 1024 || !blocks || c->bz > 64 || c->gy > 65535 || c->gz > 65535 || c->shared > allowed) return INVALID_VALUE;
  int shape[11] = {(int)c->gx, (int)c->gy, (int)c->gz, (int)c->bx, (int)c->by, (int)c->bz, (int)c->shared};
  for (unsigned i = 0; i < c->count; i++) {
    const struct Attribute *a = &c->attributes[i];
    if (a->id == 2) {
      uint64_t most = (uint64_t)multiprocessors() * (uint64_t)active_blocks((int)threads, c->shared);
      if (a->value.cooperative && blocks > most) return COOPERATIVE_LAUNCH_TOO_LARGE;
      shape[7] = a->value.cooperative;
    } else if (a->id == 4) {
      CUresult fits = cluster_fits(f, c, a->value.cluster);
      if (fits) return fits;
      for (int k = 0; k < 3; k++) shape[8 + k] = (int)a->value.cluster[k];
    } else {
      return INVALID_VALUE;
    }
  }
  CUresult taken = take_arguments(f, parameters, extra);
  if (taken) return taken;
  launched.count++;
  memcpy(launched.shape, shape, sizeof shape);
  return submit(c->stream, kernel_work(f, blocks * threads, launched.arguments, launched.bytes));
}

API CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                            unsigned shared, void *stream, void **parameters, void **extra) {
  ENTER(true);
  return leave(launch(function, &(struct Config){gx, gy, gz, bx, by, bz, shared, stream, NULL, 0}, parameters, extra));
}

API CUresult cuLaunchKernelEx(const struct Config *config, void *function, void **parameters, void **extra) {
  ENTER(true);
  return leave(launch(function, config, parameters, extra));
}

API CUresult cuOccupancyMaxActiveClusters(int *clusters, void *function, const struct Config *config) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  if (config->count != 1 || config->attributes->id != 4) return leave(INVALID_VALUE);
  const unsigned *cluster = config->attributes->value.cluster;
  CUresult fits = cluster_fits(f, config, cluster);
  if (fits) return leave(fits);
  int threads = (int)(config->bx * config->by * config->bz);
  *clusters = multiprocessors() * active_blocks(threads, config->shared) / (int)(cluster[0] * cluster[1] * cluster[2]);
  return leave(SUCCESS);
}

#define NATIVE(type, name) API type Java_dev_windlass_cuda_fake_FakeCuda_##name

NATIVE(int64_t, launches)(void *env, void *type) {
  (void)env, (void)type;
  return launched.count;
}

NATIVE(int32_t, launchShape)(void *env, void *type, int32_t index) {
  (void)env, (void)type;
  return launched.shape[index];
}

NATIVE(int32_t, launchArgumentBytes)(void *env, void *type) {
  (void)env, (void)type;
  return (int32_t)launched.bytes;
}

NATIVE(int8_t, launchArgument)(void *env, void *type, int32_t index) {
  (void)env, (void)type;
  return (int8_t)launched.arguments[index];
}

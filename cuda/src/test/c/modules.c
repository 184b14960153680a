/* Modules, functions and launches. A module is PTX text, of which the entries' names are read; one
 * kernel really runs, fill(u64 to, u32 n, u32 value), and every launch leaves its arguments. */
#include "fake_cuda.h"
#include <stdio.h>

struct Module;

struct Function {
  char name[64];
  struct Module *module;
  int dynamic_shared;
  struct Function *next;
};

struct Module {
  bool live;
  struct Function *functions;
  struct Module *next;
};

static struct Module *modules;
static struct {
  long count;
  int shape[7];
  unsigned char arguments[4096];
  size_t bytes;
} launched;

static struct Module *module_of(void *handle) {
  struct Module *m = modules;
  while (m && m != handle) m = m->next;
  return m && m->live ? m : NULL;
}

void forget_modules(void) {
  for (struct Module *m = modules; m; m = m->next) m->live = false;
}

static struct Function *function_of(void *handle) {
  for (struct Module *m = modules; m; m = m->next) {
    for (struct Function *f = m->functions; f; f = f->next) {
      if (f == handle) return m->live ? f : NULL;
    }
  }
  return NULL;
}

API CUresult cuModuleLoadData(void **module, const char *image) {
  ENTER(true);
  int major, minor;
  const char *version = strstr(image, ".version");
  if (!version || sscanf(version, ".version %d.%d", &major, &minor) != 2) return leave(INVALID_IMAGE);
  if (major * 10 + minor > 91) return leave(UNSUPPORTED_PTX_VERSION);
  struct Module *m = calloc(1, sizeof *m);
  *m = (struct Module){.live = true, .next = modules};
  for (const char *at = image; (at = strstr(at, ".entry ")); at++) {
    struct Function *f = calloc(1, sizeof *f);
    sscanf(at, ".entry %63[A-Za-z0-9_$]", f->name);
    f->module = m, f->next = m->functions, m->functions = f;
  }
  modules = m;
  fake.live[MODULE]++;
  *module = m;
  return leave(SUCCESS);
}

API CUresult cuModuleUnload(void *module) {
  ENTER(true);
  struct Module *m = module_of(module);
  if (!m) return leave(INVALID_HANDLE);
  m->live = false;
  fake.live[MODULE]--;
  return leave(SUCCESS);
}

API CUresult cuModuleGetFunction(void **function, void *module, const char *name) {
  ENTER(true);
  struct Module *m = module_of(module);
  if (!m) return leave(INVALID_HANDLE);
  struct Function *f = m->functions;
  while (f && strcmp(f->name, name)) f = f->next;
  *function = f;
  return leave(f ? SUCCESS : NOT_FOUND);
}

API CUresult cuFuncGetAttribute(int *value, int attribute, void *function) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  const int values[] = {1024, 0, 0, 0, 32, 91, 90, 0, f->dynamic_shared};
  if (attribute < 0 || attribute > 8) return leave(INVALID_VALUE);
  *value = values[attribute];
  return leave(SUCCESS);
}

API CUresult cuFuncSetAttribute(void *function, int attribute, int value) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  if (attribute != 8 || value < 0 || value > 232448) return leave(INVALID_VALUE);
  f->dynamic_shared = value;
  return leave(SUCCESS);
}

API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared) {
  ENTER(true);
  if (!function_of(function)) return leave(INVALID_HANDLE);
  if (threads < 1 || threads > 1024) return leave(INVALID_VALUE);
  size_t by_threads = 2048 / (size_t)threads, by_shared = 233472 / (shared + 1024);
  size_t least = by_threads < by_shared ? by_threads : by_shared;
  *blocks = (int)(least < 32 ? least : 32);
  return leave(SUCCESS);
}

API CUresult cuOccupancyMaxPotentialBlockSize(int *grid, int *block, void *function, void *shared_of_block, size_t shared, int limit) {
  (void)shared_of_block, (void)shared;
  ENTER(true);
  if (!function_of(function)) return leave(INVALID_HANDLE);
  *block = limit > 0 && limit < 1024 ? limit : 1024;
  *grid = 132 * (2048 / *block);
  return leave(SUCCESS);
}

static void do_fill(struct Work *w) {
  for (uint64_t i = 0; i < w->bytes / 4; i++) ((int32_t *)w->to)[i] = w->value;
}

static void do_nothing(struct Work *w) { (void)w; }

API CUresult cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                            unsigned shared, void *stream, void **parameters, void **extra) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f || !stream_known(stream)) return leave(INVALID_HANDLE);
  uint64_t allowed = f->dynamic_shared > 49152 ? (uint64_t)f->dynamic_shared : 49152;
  if (!gx || !gy || !gz || !bx || !by || !bz || (uint64_t)bx * by * bz > 1024 || shared > allowed) return leave(INVALID_VALUE);
  if (parameters) return leave(INVALID_VALUE); /* only the packed form is made */
  const void *arguments = NULL;
  size_t bytes = 0;
  for (; extra && *extra; extra += 2) {
    if (*extra == (void *)1) arguments = extra[1];
    else if (*extra == (void *)2) bytes = *(size_t *)extra[1];
    else return leave(INVALID_VALUE);
  }
  if (bytes > sizeof launched.arguments) return leave(INVALID_VALUE);
  if (bytes) memcpy(launched.arguments, arguments, bytes);
  launched.bytes = bytes;
  launched.count++;
  const int shape[] = {(int)gx, (int)gy, (int)gz, (int)bx, (int)by, (int)bz, (int)shared};
  memcpy(launched.shape, shape, sizeof shape);
  struct Work w = {.run = do_nothing};
  if (!strcmp(f->name, "fill") && bytes == 16) {
    uint64_t to;
    uint32_t n;
    memcpy(&to, launched.arguments, 8);
    memcpy(&n, launched.arguments + 8, 4);
    memcpy(&w.value, launched.arguments + 12, 4);
    if (!accessible(to, 4ull * n)) return leave(700);
    w.run = do_fill, w.to = (void *)to, w.bytes = 4ull * n;
  }
  return leave(submit(stream, w));
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

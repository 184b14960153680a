/* Modules and functions. Of PTX text the entries and their parameters are read; cubin.c does machine code. */
#include "fake_cuda.h"
#include <stdio.h>

struct Module {
  void *handle;
  struct Device *device;
  struct Function *functions;
};

static struct Module *module_of(void *handle) { return record_of(MODULE, handle); }

static void end(struct Module *m) {
  for (struct Function *f = m->functions, *next; f; f = next) {
    next = f->next;
    if (f->handle) drop_handle(f->handle);
    free(f);
  }
  drop_handle(m->handle);
  free(m);
}

void forget_modules(struct Device *device) {
  uint64_t at = 0;
  for (struct Module *m; (m = next_record(MODULE, &at));) {
    if (!device || m->device == device) end(m);
  }
}

struct Function *function_of(void *handle) {
  struct Function *f = record_of(FUNCTION, handle);
  return f && f->device == current ? f : NULL;
}

/* One ".param .u64 name" or ".param .align 4 .b8 name[12]": its size, at the next aligned place. */
static void read_parameter(struct Function *f, const char *at, const char *end) {
  int bytes = 0, alignment = 0, bits;
  for (const char *dot = at + 1; dot < end; dot++) {
    if (*dot != '.') continue;
    if (!strncmp(dot, ".align", 6) && !alignment) alignment = atoi(dot + 6);
    if (!strncmp(dot, ".ptr", 4)) break;
    if (strchr("usfb", dot[1]) && (bits = atoi(dot + 2))) bytes = bits / 8;
  }
  if (!bytes || f->parameters == MAX_PARAMETERS) return;
  if (!alignment || alignment < bytes) alignment = bytes;
  const char *count = memchr(at, '[', (size_t)(end - at));
  if (count) bytes *= atoi(count + 1);
  int offset = (f->parameter_bytes + alignment - 1) / alignment * alignment;
  f->parameter[f->parameters++] = (struct Parameter){offset, bytes};
  f->parameter_bytes = offset + bytes;
}

struct Function *new_function(struct Function **list) {
  struct Function *f = calloc(1, sizeof *f);
  f->device = current;
  f->carveout = -1;
  f->next = *list;
  return *list = f;
}

static void read_entry(struct Function *f, const char *at) {
  int length = 0;
  sscanf(at, ".entry %255[A-Za-z0-9_$]%n", f->name, &length);
  at += length;
  at += strspn(at, " \t\r\n");
  const char *end = *at == '(' ? strchr(at, ')') : NULL;
  while (end && at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    if (!comma) comma = end;
    const char *parameter = strstr(at, ".param");
    if (parameter && parameter < comma) read_parameter(f, parameter, comma);
    at = comma + 1;
  }
}

static CUresult check_text(const char *image) {
  int major, minor, target, depth = 0;
  const char *version = strstr(image, ".version");
  if (!version || sscanf(version, ".version %d.%d", &major, &minor) != 2) return INVALID_IMAGE;
  if (major * 10 + minor > 91) return UNSUPPORTED_PTX_VERSION;
  const char *architecture = strstr(image, ".target sm_");
  if (architecture && sscanf(architecture, ".target sm_%d", &target) == 1 && target > 90) return INVALID_PTX;
  for (const char *at = image; *at && depth >= 0; at++) depth += (*at == '{') - (*at == '}');
  return depth ? INVALID_PTX : SUCCESS;
}

static CUresult read_text(const char *image, struct Function **functions) {
  CUresult checked = check_text(image);
  if (checked) return checked;
  for (const char *at = image; (at = strstr(at, ".entry ")); at++) read_entry(new_function(functions), at);
  return SUCCESS;
}

API CUresult cuModuleLoadData(void **module, const char *image) {
  ENTER(true);
  struct Function *functions = NULL;
  CUresult result = is_cubin(image) ? read_cubin(image, &functions) : read_text(image, &functions);
  if (result) return leave(result);
  struct Module *m = calloc(1, sizeof *m);
  m->device = current;
  m->functions = functions;
  *module = m->handle = new_handle(MODULE, m);
  return leave(SUCCESS);
}

API CUresult cuModuleUnload(void *module) {
  ENTER(true);
  struct Module *m = module_of(module);
  if (!m) return leave(INVALID_HANDLE);
  end(m);
  return leave(SUCCESS);
}

API CUresult cuModuleGetFunction(void **function, void *module, const char *name) {
  ENTER(true);
  struct Module *m = module_of(module);
  if (!m) return leave(INVALID_HANDLE);
  struct Function *f = m->functions;
  while (f && strcmp(f->name, name)) f = f->next;
  if (!f) return leave(NOT_FOUND);
  if (!f->handle) f->handle = new_handle(FUNCTION, f);
  *function = f->handle;
  return leave(SUCCESS);
}

API CUresult cuFuncGetParamInfo(void *function, size_t index, size_t *offset, size_t *bytes) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  if (index >= (size_t)f->parameters) return leave(INVALID_VALUE);
  *offset = (size_t)f->parameter[index].offset;
  *bytes = (size_t)f->parameter[index].bytes;
  return leave(SUCCESS);
}

API CUresult cuFuncGetAttribute(int *value, int attribute, void *function) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  const int values[] = {1024, 0, 0, 0, 32, 91, 90, 0, f->dynamic_shared, f->carveout, 0, 0, 0, 0, f->large_clusters, 0};
  if (attribute < 0 || attribute > 15) return leave(INVALID_VALUE);
  *value = values[attribute];
  return leave(SUCCESS);
}

API CUresult cuFuncSetAttribute(void *function, int attribute, int value) {
  ENTER(true);
  struct Function *f = function_of(function);
  if (!f) return leave(INVALID_HANDLE);
  const bool good[] = {[8] = value >= 0 && value <= 232448, [9] = value >= -1 && value <= 100, [14] = value == 0 || value == 1};
  if (attribute < 0 || attribute > 14 || !good[attribute]) return leave(INVALID_VALUE);
  *(attribute == 8 ? &f->dynamic_shared : attribute == 9 ? &f->carveout : &f->large_clusters) = value;
  return leave(SUCCESS);
}

int active_blocks(int threads, size_t shared) {
  size_t by_threads = 2048 / (size_t)threads, by_shared = 233472 / (shared + 1024);
  size_t least = by_threads < by_shared ? by_threads : by_shared;
  return (int)(least < 32 ? least : 32);
}

API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared) {
  ENTER(true);
  if (!function_of(function)) return leave(INVALID_HANDLE);
  if (threads < 1 || threads > 1024) return leave(INVALID_VALUE);
  *blocks = active_blocks(threads, shared);
  return leave(SUCCESS);
}

API CUresult cuOccupancyMaxPotentialBlockSize(int *grid, int *block, void *function, void *shared_of_block, size_t shared, int limit) {
  (void)shared_of_block, (void)shared;
  ENTER(true);
  if (!function_of(function)) return leave(INVALID_HANDLE);
  *block = limit > 0 && limit < 1024 ? limit : 1024;
  *grid = multiprocessors() * (2048 / *block);
  return leave(SUCCESS);
}

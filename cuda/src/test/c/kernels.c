/* The kernels that really run, each on its stream's thread. They are known by name, plain or mangled,
 * and read their arguments as PTX lays them out; no thread touches what the grid does not reach. */
#include "fake_cuda.h"

struct Launch {
  void (*kernel)(struct Launch *);
  struct Device *device;
  uint64_t threads;
  unsigned char *arguments;
};

static uint64_t wide(struct Launch *l, int offset) {
  uint64_t value;
  memcpy(&value, l->arguments + offset, 8);
  return value;
}

static uint32_t narrow(struct Launch *l, int offset) {
  uint32_t value;
  memcpy(&value, l->arguments + offset, 4);
  return value;
}

/* So many elements as there are threads for; none, and the context is lost, if they are not its own. */
static uint32_t reach(struct Launch *l, uint32_t n, uint64_t a, uint64_t b) {
  uint32_t count = n < l->threads ? n : (uint32_t)l->threads;
  if (a % 4 || b % 4) return fault(l->device, MISALIGNED_ADDRESS), 0;
  if (accessible(l->device, a, 4ull * count) && accessible(l->device, b, 4ull * count)) return count;
  return fault(l->device, ILLEGAL_ADDRESS), 0;
}

/* fill(u64 to, u32 n, u32 value) */
static void fill(struct Launch *l) {
  uint64_t to = wide(l, 0);
  uint32_t count = reach(l, narrow(l, 8), to, to);
  for (uint32_t i = 0; i < count; i++) ((uint32_t *)to)[i] = narrow(l, 12);
}

/* copy(u64 to, u64 from, u32 n), of 4-byte elements */
static void copy(struct Launch *l) {
  uint64_t to = wide(l, 0), from = wide(l, 8);
  memmove((void *)to, (void *)from, 4ull * reach(l, narrow(l, 16), to, from));
}

/* add_one(u64 at, u32 n), of ints */
static void add_one(struct Launch *l) {
  uint64_t at = wide(l, 0);
  uint32_t count = reach(l, narrow(l, 8), at, at);
  for (uint32_t i = 0; i < count; i++) ((uint32_t *)at)[i]++;
}

/* saxpy(u32 n, f32 a, u64 x, u64 y): y = a x + y */
static void saxpy(struct Launch *l) {
  uint64_t x = wide(l, 8), y = wide(l, 16);
  uint32_t count = reach(l, narrow(l, 0), x, y), bits = narrow(l, 4);
  float a;
  memcpy(&a, &bits, 4);
  for (uint32_t i = 0; i < count; i++) ((float *)y)[i] += a * ((float *)x)[i];
}

static const struct {
  const char *name;
  void (*kernel)(struct Launch *);
  size_t bytes;
} kernels[] = {
    {"fill", fill, 16},          {"fake_fill", fill, 16}, {"fake_copy", copy, 20},
    {"fake_add_one", add_one, 12}, {"saxpy", saxpy, 24},    {"fake_axpy", saxpy, 24},
};

static bool named(const char *name, const char *plain) {
  size_t length = strlen(plain);
  if (strncmp(name, "_Z", 2)) return !strcmp(name, plain);
  char *rest;
  return strtoul(name + 2, &rest, 10) == length && !strncmp(rest, plain, length);
}

static void run(struct Work *w) {
  struct Launch l = {w->kernel, w->device, w->number, w->data};
  if (w->fault) fault(w->device, w->fault);
  else if (w->kernel) w->kernel(&l);
}

struct Work kernel_work(struct Function *f, uint64_t threads, const void *arguments, size_t bytes) {
  struct Work w = {.run = run, .number = threads, .data_bytes = bytes};
  if (fake.kernel_fault_at > 0 && --fake.kernel_fault_at == 0) w.fault = fake.kernel_fault;
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
    if (bytes >= kernels[i].bytes && named(f->name, kernels[i].name)) w.kernel = kernels[i].kernel;
  }
  if (w.kernel) {
    w.data = malloc(bytes);
    memcpy(w.data, arguments, bytes);
  }
  return w;
}

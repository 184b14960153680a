/* Memory: plain, pinned, virtual, pooled; copies and fills. */
#include "fake_cuda.h"
#include <sys/mman.h>
#include <unistd.h>

#define GRANULARITY (2ull << 20)

struct Physical {
  uint64_t bytes;
  int device, file, maps;
  bool released;
};

/* A range of addresses that means something. A mapping is open to the devices of a set of bits. */
struct Range {
  enum Kind kind;
  uint64_t start, bytes;
  int device;
  unsigned open_to;
  struct Physical *physical;
  struct Range *next;
};

static struct Range *ranges;

static int number_of(struct Device *device) { return (int)(device - fake.device); }

static struct Range *add(enum Kind kind, void *start, uint64_t bytes, int device) {
  struct Range *r = calloc(1, sizeof *r);
  *r = (struct Range){kind, (uint64_t)start, bytes, device, 0, NULL, ranges};
  ranges = r;
  fake.live[kind]++;
  return r;
}

static struct Range *find(enum Kind kind, uint64_t start) {
  struct Range *r = ranges;
  while (r && !(r->kind == kind && r->start == start)) r = r->next;
  return r;
}

static void forget(struct Range *range) {
  struct Range **p = &ranges;
  while (*p != range) p = &(*p)->next;
  *p = range->next;
  fake.live[range->kind]--;
  free(range);
}

static bool of_host(struct Range *r) { return r->kind == HOST_MEMORY || r->kind == REGISTRATION; }

/* Of a lost context all but addresses and physical memory, which are the process's. */
void forget_memory(struct Device *device) {
  for (struct Range *r = ranges, *next; r; r = next) {
    next = r->next;
    bool lost = r->kind == DEVICE_MEMORY || r->kind == POOL_MEMORY || of_host(r);
    if (device && (!lost || r->device != number_of(device))) continue;
    if (device && r->kind == DEVICE_MEMORY) device->used -= r->bytes;
    if (device && r->kind == POOL_MEMORY) device->pool.used -= r->bytes;
    forget(r);
  }
  if (device) trim_pools();
}

/* Whether a device, or any (NULL), may access the range. */
static bool may_access(struct Device *device, struct Range *r) {
  if (r->kind == RESERVATION) return false;
  unsigned bit = device ? 1u << number_of(device) : ~0u;
  if (r->kind == MAPPING) return r->open_to & bit;
  return of_host(r) || !device || r->device == number_of(device) || device->peers & 1u << r->device;
}

static bool covered(struct Device *device, uint64_t at, uint64_t bytes, bool host) {
  uint64_t end = at + bytes;
  if (end < at) return false;
  while (at < end) {
    struct Range *r = ranges;
    for (; r; r = r->next) {
      if ((host && !of_host(r)) || !may_access(device, r)) continue;
      if (at >= r->start && at < r->start + r->bytes) break;
    }
    if (!r) return false;
    at = r->start + r->bytes;
  }
  return true;
}

/* Pinned memory counts too: all devices reach it by its own address. */
bool accessible(struct Device *device, CUdeviceptr address, uint64_t bytes) {
  return covered(device, address, bytes, false);
}
bool pinned(const void *address, uint64_t bytes) { return covered(NULL, (uint64_t)address, bytes, true); }

static CUresult take(struct Device *device, uint64_t bytes) {
  if (bytes > device->memory - device->used) return OUT_OF_MEMORY;
  device->used += bytes;
  return SUCCESS;
}

API CUresult cuMemGetInfo_v2(size_t *unused, size_t *total) {
  ENTER(true);
  *unused = current->memory - current->used;
  *total = current->memory;
  return leave(SUCCESS);
}

API CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!bytes) return leave(INVALID_VALUE);
  if (take(current, bytes)) return leave(OUT_OF_MEMORY);
  void *memory = aligned_alloc(512, (bytes + 511) / 512 * 512);
  memset(memory, 0xcd, bytes); /* what was there before is not zero */
  *address = add(DEVICE_MEMORY, memory, bytes, number_of(current))->start;
  return leave(SUCCESS);
}

API CUresult cuMemFree_v2(CUdeviceptr address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!address) return leave(SUCCESS);
  struct Range *r = find(DEVICE_MEMORY, address);
  if (!r) return leave(INVALID_VALUE);
  drain_all(NULL); /* as the driver does */
  fake.device[r->device].used -= r->bytes;
  free((void *)address);
  forget(r);
  return leave(SUCCESS);
}

API CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned flags) {
  (void)flags;
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!bytes) return leave(INVALID_VALUE);
  *address = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  add(HOST_MEMORY, *address, bytes, number_of(current));
  return leave(SUCCESS);
}

API CUresult cuMemFreeHost(void *address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  struct Range *r = find(HOST_MEMORY, (uint64_t)address);
  if (!r) return leave(INVALID_VALUE);
  drain_all(NULL);
  free(address);
  forget(r);
  return leave(SUCCESS);
}

API CUresult cuMemHostRegister_v2(void *address, size_t bytes, unsigned flags) {
  (void)flags;
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!address || !bytes) return leave(INVALID_VALUE);
  uint64_t start = (uint64_t)address;
  for (struct Range *r = ranges; r; r = r->next) {
    if (r->kind == REGISTRATION && start < r->start + r->bytes && r->start < start + bytes) {
      return leave(HOST_MEMORY_ALREADY_REGISTERED);
    }
  }
  add(REGISTRATION, address, bytes, number_of(current));
  return leave(SUCCESS);
}

API CUresult cuMemHostUnregister(void *address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  struct Range *r = find(REGISTRATION, (uint64_t)address);
  if (!r) return leave(HOST_MEMORY_NOT_REGISTERED);
  drain_all(NULL);
  forget(r);
  return leave(SUCCESS);
}

/* ---- copies and fills ---- */

/* Memory may be gone, or be another device's, by the time that the work runs: as in a kernel, that
 * loses the context. A real driver copies between devices without their leave; here it must be asked. */
enum Side { TO_DEVICE = 1, FROM_DEVICE = 2 };

static bool reaches(struct Work *w) {
  bool to = !(w->number & TO_DEVICE) || accessible(w->device, (CUdeviceptr)w->to, w->bytes);
  bool from = !(w->number & FROM_DEVICE) || accessible(w->device, (CUdeviceptr)w->from, w->bytes);
  if (!to || !from) fault(w->device, ILLEGAL_ADDRESS);
  return to && from;
}

static void do_copy(struct Work *w) {
  if (reaches(w)) memmove(w->to, w->from, w->bytes);
}
static void do_set8(struct Work *w) {
  if (reaches(w)) memset(w->to, w->value, w->bytes);
}
static void do_set16(struct Work *w) {
  if (!reaches(w)) return;
  for (uint64_t i = 0; i < w->bytes / 2; i++) ((int16_t *)w->to)[i] = (int16_t)w->value;
}
static void do_set32(struct Work *w) {
  if (!reaches(w)) return;
  for (uint64_t i = 0; i < w->bytes / 4; i++) ((int32_t *)w->to)[i] = w->value;
}

static CUresult copy(void *stream, void *to, const void *from, uint64_t bytes, int sides, bool wait) {
  struct Work w = {.run = do_copy, .to = to, .from = from, .bytes = bytes, .number = (uint64_t)sides};
  CUresult result = submit(stream, w);
  return result || !wait ? result : drain(stream);
}

#define MUST(condition) \
  if (!(condition)) return leave(INVALID_VALUE)

API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes) {
  ENTER(true);
  NOT_IN_CAPTURE;
  MUST(accessible(NULL, to, bytes));
  return leave(copy(NULL, (void *)to, from, bytes, TO_DEVICE, true));
}

API CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes) {
  ENTER(true);
  NOT_IN_CAPTURE;
  MUST(accessible(NULL, from, bytes));
  return leave(copy(NULL, to, (void *)from, bytes, FROM_DEVICE, true));
}

API CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  ENTER(true);
  NOT_IN_CAPTURE;
  MUST(accessible(NULL, to, bytes) && accessible(NULL, from, bytes));
  return leave(copy(NULL, (void *)to, (void *)from, bytes, TO_DEVICE | FROM_DEVICE, true));
}

/* From pageable memory a copy is over, or staged, when the call returns. */
API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, void *stream) {
  ENTER(true);
  MUST(accessible(NULL, to, bytes));
  return leave(copy(stream, (void *)to, from, bytes, TO_DEVICE, !pinned(from, bytes) && !capturing(stream)));
}

API CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, void *stream) {
  ENTER(true);
  MUST(accessible(NULL, from, bytes));
  return leave(copy(stream, to, (void *)from, bytes, FROM_DEVICE, !pinned(to, bytes) && !capturing(stream)));
}

API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, void *stream) {
  ENTER(true);
  MUST(accessible(NULL, to, bytes) && accessible(NULL, from, bytes));
  return leave(copy(stream, (void *)to, (void *)from, bytes, TO_DEVICE | FROM_DEVICE, false));
}

API CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, void *stream) {
  ENTER(true);
  MUST(accessible(NULL, to, count));
  return leave(submit(stream, (struct Work){.run = do_set8, .number = TO_DEVICE, .to = (void *)to, .bytes = count, .value = value}));
}

API CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t count, void *stream) {
  ENTER(true);
  MUST(to % 2 == 0 && count <= SIZE_MAX / 2 && accessible(NULL, to, count * 2));
  return leave(submit(stream, (struct Work){.run = do_set16, .number = TO_DEVICE, .to = (void *)to, .bytes = count * 2, .value = value}));
}

API CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, void *stream) {
  ENTER(true);
  MUST(to % 4 == 0 && count <= SIZE_MAX / 4 && accessible(NULL, to, count * 4));
  return leave(submit(stream, (struct Work){.run = do_set32, .number = TO_DEVICE, .to = (void *)to, .bytes = count * 4, .value = (int)value}));
}

/* ---- virtual memory ---- */

struct Location {
  int type, id;
};
struct Properties {
  int type, handle_types;
  struct Location location;
};
struct Access {
  struct Location location;
  int flags;
};

#define ON_DEVICE(l) ((l).type == 1 && (l).id >= 0 && (l).id < fake.devices)

API CUresult cuMemGetAllocationGranularity(size_t *bytes, const struct Properties *p, int option) {
  ENTER(false);
  MUST(p->type == 1 && ON_DEVICE(p->location) && option >= 0 && option <= 1);
  *bytes = GRANULARITY;
  return leave(SUCCESS);
}

API CUresult cuMemAddressReserve(CUdeviceptr *address, size_t bytes, size_t alignment, CUdeviceptr hint, uint64_t flags) {
  (void)hint, (void)flags, (void)alignment;
  ENTER(false);
  MUST(bytes && bytes % GRANULARITY == 0);
  char *wide = mmap(NULL, bytes + GRANULARITY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (wide == MAP_FAILED) return leave(OUT_OF_MEMORY);
  uint64_t start = ((uint64_t)wide + GRANULARITY - 1) / GRANULARITY * GRANULARITY;
  if (start > (uint64_t)wide) munmap(wide, start - (uint64_t)wide);
  munmap((char *)start + bytes, (uint64_t)wide + GRANULARITY - start);
  *address = add(RESERVATION, (void *)start, bytes, 0)->start;
  return leave(SUCCESS);
}

API CUresult cuMemAddressFree(CUdeviceptr address, size_t bytes) {
  ENTER(false);
  struct Range *r = find(RESERVATION, address);
  MUST(r && r->bytes == bytes);
  for (struct Range *m = ranges; m; m = m->next) {
    MUST(m->kind != MAPPING || m->start < address || m->start >= address + bytes);
  }
  munmap((void *)address, bytes);
  forget(r);
  return leave(SUCCESS);
}

API CUresult cuMemCreate(uint64_t *handle, size_t bytes, const struct Properties *p, uint64_t flags) {
  ENTER(false);
  MUST(p->type == 1 && ON_DEVICE(p->location) && flags == 0 && bytes && bytes % GRANULARITY == 0);
  if (take(&fake.device[p->location.id], bytes)) return leave(OUT_OF_MEMORY);
  struct Physical *physical = calloc(1, sizeof *physical);
  *physical = (struct Physical){.bytes = bytes, .device = p->location.id, .file = memfd_create("device", 0)};
  if (physical->file < 0 || ftruncate(physical->file, (off_t)bytes)) abort();
  fake.live[PHYSICAL]++;
  *handle = (uint64_t)physical;
  return leave(SUCCESS);
}

/* Memory goes back when it is released and no longer mapped, whichever comes last. */
static void give_back(struct Physical *p) {
  if (!p->released || p->maps) return;
  fake.device[p->device].used -= p->bytes;
  close(p->file);
  free(p);
}

API CUresult cuMemRelease(uint64_t handle) {
  ENTER(false);
  struct Physical *p = (struct Physical *)handle;
  MUST(p && !p->released);
  p->released = true;
  fake.live[PHYSICAL]--;
  give_back(p);
  return leave(SUCCESS);
}

API CUresult cuMemMap(CUdeviceptr address, size_t bytes, size_t offset, uint64_t handle, uint64_t flags) {
  ENTER(false);
  struct Physical *p = (struct Physical *)handle;
  MUST(p && !p->released && bytes == p->bytes && offset == 0 && flags == 0 && address % GRANULARITY == 0);
  bool reserved = false;
  for (struct Range *r = ranges; r; r = r->next) {
    if (r->kind == RESERVATION) reserved |= address >= r->start && address + bytes <= r->start + r->bytes;
    if (r->kind == MAPPING) MUST(address + bytes <= r->start || address >= r->start + r->bytes);
  }
  MUST(reserved);
  if (mmap((void *)address, bytes, PROT_NONE, MAP_SHARED | MAP_FIXED, p->file, 0) == MAP_FAILED) abort();
  add(MAPPING, (void *)address, bytes, p->device)->physical = p;
  p->maps++;
  return leave(SUCCESS);
}

API CUresult cuMemUnmap(CUdeviceptr address, size_t bytes) {
  ENTER(false);
  uint64_t end = address + bytes;
  uint64_t found = 0;
  for (struct Range *r = ranges; r; r = r->next) {
    if (r->kind == MAPPING && r->start >= address && r->start + r->bytes <= end) found += r->bytes;
  }
  MUST(found == bytes);
  drain_all(NULL);
  for (struct Range *r = ranges, *next; r; r = next) {
    next = r->next;
    if (r->kind != MAPPING || r->start < address || r->start >= end) continue;
    mmap((void *)r->start, r->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    r->physical->maps--;
    give_back(r->physical);
    forget(r);
  }
  return leave(SUCCESS);
}

API CUresult cuMemSetAccess(CUdeviceptr address, size_t bytes, const struct Access *access, size_t count) {
  ENTER(false);
  MUST(count == 1 && ON_DEVICE(access->location));
  uint64_t found = 0;
  for (struct Range *r = ranges; r; r = r->next) {
    if (r->kind != MAPPING || r->start < address || r->start + r->bytes > address + bytes) continue;
    unsigned bit = 1u << access->location.id;
    r->open_to = access->flags == 3 ? r->open_to | bit : r->open_to & ~bit;
    mprotect((void *)r->start, r->bytes, r->open_to ? PROT_READ | PROT_WRITE : PROT_NONE);
    found += r->bytes;
  }
  return leave(found == bytes ? SUCCESS : INVALID_VALUE);
}

/* ---- pools: the accounts only; memory that a pool keeps is a number ---- */

static void resize(struct Pool *pool, uint64_t reserved) {
  fake.device[pool->device].used += reserved - pool->reserved;
  pool->reserved = reserved;
  if (reserved > pool->reserved_high) pool->reserved_high = reserved;
}

static void trim(struct Pool *pool, uint64_t keep) {
  uint64_t least = keep > pool->used ? keep : pool->used;
  if (pool->reserved > least) resize(pool, least);
}

void trim_pools(void) {
  for (int i = 0; i < MAX_DEVICES; i++) trim(&fake.device[i].pool, fake.device[i].pool.threshold);
}

API CUresult cuDeviceGetDefaultMemPool(void **pool, CUdevice device) {
  ENTER(false);
  if (device < 0 || device >= fake.devices) return leave(INVALID_DEVICE);
  *pool = &fake.device[device].pool;
  return leave(SUCCESS);
}

API CUresult cuMemAllocFromPoolAsync(CUdeviceptr *address, size_t bytes, struct Pool *pool, void *stream) {
  ENTER(true);
  MUST(bytes);
  if (!stream_known(stream)) return leave(INVALID_HANDLE);
  if (capturing(stream)) return leave(CAPTURE_UNSUPPORTED); /* a real one makes a node of it */
  uint64_t need = pool->used + bytes;
  if (need > pool->reserved) {
    struct Device *device = &fake.device[pool->device];
    if (need - pool->reserved > device->memory - device->used) return leave(OUT_OF_MEMORY);
    resize(pool, need);
  }
  pool->used = need;
  if (need > pool->used_high) pool->used_high = need;
  struct Range *r = add(POOL_MEMORY, aligned_alloc(512, (bytes + 511) / 512 * 512), bytes, pool->device);
  *address = r->start;
  return leave(SUCCESS);
}

static void do_free(struct Work *w) {
  struct Range *r = find(POOL_MEMORY, (uint64_t)w->to);
  if (!r) return fault(w->device, ILLEGAL_ADDRESS); /* freed twice */
  fake.device[r->device].pool.used -= r->bytes;
  free(w->to);
  forget(r);
}

API CUresult cuMemFreeAsync(CUdeviceptr address, void *stream) {
  ENTER(true);
  MUST(find(POOL_MEMORY, address));
  if (capturing(stream)) return leave(CAPTURE_UNSUPPORTED);
  return leave(submit(stream, (struct Work){.run = do_free, .to = (void *)address}));
}

API CUresult cuMemPoolTrimTo(struct Pool *pool, size_t keep) {
  ENTER(false);
  trim(pool, keep);
  return leave(SUCCESS);
}

static uint64_t *attribute_of(struct Pool *pool, int attribute) {
  switch (attribute) {
    case 4: return &pool->threshold;
    case 5: return &pool->reserved;
    case 6: return &pool->reserved_high;
    case 7: return &pool->used;
    case 8: return &pool->used_high;
    default: return NULL;
  }
}

API CUresult cuMemPoolGetAttribute(struct Pool *pool, int attribute, uint64_t *value) {
  ENTER(false);
  uint64_t *place = attribute_of(pool, attribute);
  MUST(place);
  *value = *place;
  return leave(SUCCESS);
}

API CUresult cuMemPoolSetAttribute(struct Pool *pool, int attribute, uint64_t *value) {
  ENTER(false);
  uint64_t *place = attribute_of(pool, attribute);
  bool high = attribute == 6 || attribute == 8;
  MUST(place && (attribute == 4 || (high && *value == 0)));
  *place = high ? *attribute_of(pool, attribute - 1) : *value;
  return leave(SUCCESS);
}

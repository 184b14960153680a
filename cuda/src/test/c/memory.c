/* Memory of devices and pinned memory of the host: which addresses mean something, and to whom. */
#include "memory.h"

struct Range *ranges;

int number_of(struct Device *device) { return (int)(device - fake.device); }

struct Range *add_range(enum Kind kind, void *start, uint64_t bytes, int device) {
  struct Range *r = calloc(1, sizeof *r);
  *r = (struct Range){kind, (uint64_t)start, bytes, device, 0, NULL, ranges};
  ranges = r;
  fake.live[kind]++;
  return r;
}

struct Range *find_range(enum Kind kind, uint64_t start) {
  struct Range *r = ranges;
  while (r && !(r->kind == kind && r->start == start)) r = r->next;
  return r;
}

void forget_range(struct Range *range) {
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
    if (r->kind == DEVICE_MEMORY || r->kind == POOL_MEMORY) free((void *)r->start);
    forget_range(r);
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

CUresult take(struct Device *device, uint64_t bytes) {
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
  *address = add_range(DEVICE_MEMORY, memory, bytes, number_of(current))->start;
  return leave(SUCCESS);
}

API CUresult cuMemFree_v2(CUdeviceptr address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!address) return leave(SUCCESS);
  drain_all(NULL); /* as the driver does */
  struct Range *r = find_range(DEVICE_MEMORY, address);
  if (!r) return leave(INVALID_VALUE);
  fake.device[r->device].used -= r->bytes;
  free((void *)address);
  forget_range(r);
  return leave(SUCCESS);
}

API CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned flags) {
  (void)flags;
  ENTER(true);
  NOT_IN_CAPTURE;
  if (!bytes) return leave(INVALID_VALUE);
  *address = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  add_range(HOST_MEMORY, *address, bytes, number_of(current));
  return leave(SUCCESS);
}

API CUresult cuMemFreeHost(void *address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  drain_all(NULL);
  struct Range *r = find_range(HOST_MEMORY, (uint64_t)address);
  if (!r) return leave(INVALID_VALUE);
  free(address);
  forget_range(r);
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
  add_range(REGISTRATION, address, bytes, number_of(current));
  return leave(SUCCESS);
}

API CUresult cuMemHostUnregister(void *address) {
  ENTER(true);
  NOT_IN_CAPTURE;
  drain_all(NULL);
  struct Range *r = find_range(REGISTRATION, (uint64_t)address);
  if (!r) return leave(HOST_MEMORY_NOT_REGISTERED);
  forget_range(r);
  return leave(SUCCESS);
}

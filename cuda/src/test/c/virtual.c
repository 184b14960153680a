/* Virtual memory: physical memory is a file, mapped for real. */
#include "memory.h"
#include <sys/mman.h>
#include <unistd.h>

#define GRANULARITY (2ull << 20)

struct Physical {
  uint64_t bytes;
  int device, file, maps;
  bool released;
};

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
  *address = add_range(RESERVATION, (void *)start, bytes, 0)->start;
  return leave(SUCCESS);
}

API CUresult cuMemAddressFree(CUdeviceptr address, size_t bytes) {
  ENTER(false);
  struct Range *r = find_range(RESERVATION, address);
  MUST(r && r->bytes == bytes);
  for (struct Range *m = ranges; m; m = m->next) {
    MUST(m->kind != MAPPING || m->start < address || m->start >= address + bytes);
  }
  munmap((void *)address, bytes);
  forget_range(r);
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
  add_range(MAPPING, (void *)address, bytes, p->device)->physical = p;
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
    forget_range(r);
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

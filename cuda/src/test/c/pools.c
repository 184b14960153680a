/* Pools: the accounts only; memory that a pool keeps is a number. */
#include "memory.h"


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
  struct Range *r = add_range(POOL_MEMORY, aligned_alloc(512, (bytes + 511) / 512 * 512), bytes, pool->device);
  *address = r->start;
  return leave(SUCCESS);
}

static void do_free(struct Work *w) {
  struct Range *r = find_range(POOL_MEMORY, (uint64_t)w->to);
  if (!r) return fault(w->device, ILLEGAL_ADDRESS); /* freed twice */
  fake.device[r->device].pool.used -= r->bytes;
  free(w->to);
  forget_range(r);
}

API CUresult cuMemFreeAsync(CUdeviceptr address, void *stream) {
  ENTER(true);
  MUST(find_range(POOL_MEMORY, address));
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

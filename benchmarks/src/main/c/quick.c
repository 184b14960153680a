/*
 * The calls whose price is measured, with next to nothing behind them: what is left is the price of
 * making the call. They take the place of the ones in the fake driver of module cuda, which stands
 * behind all other calls.
 *
 * A launch is counted and its first argument read, in whichever of the two forms it comes, so that
 * every caller has to deliver its arguments. Memory is an address that was never given out before;
 * a real driver takes a microsecond to a millisecond for that.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#undef cuLaunchKernel
#undef cuCtxSetCurrent
#undef cuMemAlloc_v2
#undef cuMemFree_v2
#undef cuMemAllocFromPoolAsync
#undef cuMemFreeAsync

#define API __attribute__((visibility("default")))

static volatile uint64_t launches, last;

API int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                       unsigned shared, void *stream, void **parameters, void **extra) {
  (void)function, (void)gy, (void)gz, (void)bx, (void)by, (void)bz, (void)shared, (void)stream;
  if (!gx) return 1;
  const uint64_t *first = parameters ? parameters[0] : extra && extra[0] == (void *)1 ? extra[1] : NULL;
  last = first ? *first : 0;
  launches = launches + 1;
  return 0;
}

/* For a check that what was measured did arrive. */
API uint64_t quick_launches(void) { return launches; }
API uint64_t quick_last_argument(void) { return last; }

/* Of the fixture: which context its other calls are made in. */
extern __thread void *current;

API int cuCtxSetCurrent(void *context) {
  current = context;
  return 0;
}

static _Atomic uint64_t next = 1ull << 40;

static int allocate(uint64_t *address, size_t bytes) {
  if (!bytes) return 1;
  *address = atomic_fetch_add_explicit(&next, (bytes + 511) / 512 * 512, memory_order_relaxed);
  return 0;
}

API int cuMemAlloc_v2(uint64_t *address, size_t bytes) { return allocate(address, bytes); }
API int cuMemFree_v2(uint64_t address) { return address ? 0 : 1; }
API int cuMemAllocFromPoolAsync(uint64_t *address, size_t bytes, void *pool, void *stream) {
  (void)pool, (void)stream;
  return allocate(address, bytes);
}
API int cuMemFreeAsync(uint64_t address, void *stream) {
  (void)stream;
  return address ? 0 : 1;
}

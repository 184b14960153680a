/* Copies and fills. */
#include "memory.h"

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

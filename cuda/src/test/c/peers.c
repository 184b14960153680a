/* One device on another's memory. */
#include "fake_cuda.h"

static struct Device *device_of(void *context) {
  for (int i = 0; i < fake.devices; i++) {
    if (context == &fake.device[i]) return &fake.device[i];
  }
  return NULL;
}

API CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice peer) {
  ENTER(false);
  if (device < 0 || device >= fake.devices || peer < 0 || peer >= fake.devices) return leave(INVALID_DEVICE);
  *can = device != peer && !fake.mig;
  return leave(SUCCESS);
}

API CUresult cuCtxEnablePeerAccess(void *context, unsigned flags) {
  ENTER(true);
  struct Device *peer = device_of(context);
  if (flags) return leave(INVALID_VALUE);
  if (!peer || !peer->context_references) return leave(INVALID_CONTEXT);
  if (peer == current) return leave(INVALID_DEVICE);
  if (fake.mig) return leave(PEER_ACCESS_UNSUPPORTED);
  unsigned bit = 1u << (peer - fake.device);
  if (current->peers & bit) return leave(PEER_ACCESS_ALREADY_ENABLED);
  current->peers |= bit;
  return leave(SUCCESS);
}

API CUresult cuCtxDisablePeerAccess(void *context) {
  ENTER(true);
  struct Device *peer = device_of(context);
  if (!peer) return leave(INVALID_CONTEXT);
  unsigned bit = 1u << (peer - fake.device);
  if (!(current->peers & bit)) return leave(PEER_ACCESS_NOT_ENABLED);
  current->peers &= ~bit;
  return leave(SUCCESS);
}

/* Each side is looked at as its own device. */
static void do_copy_peer(struct Work *w) {
  struct Device *to = &fake.device[w->number], *from = &fake.device[w->value];
  if (accessible(to, (CUdeviceptr)w->to, w->bytes) && accessible(from, (CUdeviceptr)w->from, w->bytes)) {
    memmove(w->to, w->from, w->bytes);
  } else {
    fault(w->device, ILLEGAL_ADDRESS);
  }
}

API CUresult cuMemcpyPeerAsync(CUdeviceptr to, void *to_context, CUdeviceptr from, void *from_context, size_t bytes,
                               void *stream) {
  ENTER(true);
  struct Device *target = device_of(to_context), *source = device_of(from_context);
  if (!target || !source) return leave(INVALID_CONTEXT);
  if (!accessible(target, to, bytes) || !accessible(source, from, bytes)) return leave(INVALID_VALUE);
  struct Work w = {.run = do_copy_peer, .to = (void *)to, .from = (void *)from, .bytes = bytes};
  w.number = (uint64_t)(target - fake.device), w.value = (int)(source - fake.device);
  return leave(submit(stream, w));
}

/* Initialisation, devices and contexts. */
#include "fake_cuda.h"
#include <stdio.h>

#define DEVICE(ordinal) \
  if ((ordinal) < 0 || (ordinal) >= fake.devices) return leave(INVALID_DEVICE)

API CUresult cuInit(unsigned flags) {
  (void)flags;
  CUresult entered = enter(__func__, false);
  if (entered != SUCCESS && entered != NOT_INITIALIZED) return leave(entered);
  if (fake.init_result != SUCCESS) return leave(fake.init_result);
  if (!fake.initialized) {
    for (int i = 0; i < MAX_DEVICES; i++) {
      fake.device[i].memory = fake.memory;
      fake.device[i].pool.device = i;
    }
    fake.initialized = true;
  }
  return leave(SUCCESS);
}

/* The one call that may come before cuInit. */
API CUresult cuDriverGetVersion(int *version) {
  CUresult entered = enter(__func__, false);
  if (entered != SUCCESS && entered != NOT_INITIALIZED) return leave(entered);
  *version = fake.driver_version;
  return leave(SUCCESS);
}

API CUresult cuDeviceGetCount(int *count) {
  ENTER(false);
  *count = fake.devices;
  return leave(SUCCESS);
}

API CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  ENTER(false);
  DEVICE(ordinal);
  *device = ordinal;
  return leave(SUCCESS);
}

API CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  if (fake.mig) snprintf(name, (size_t)length, "Fake H100 0 MIG 1g.10gb");
  else snprintf(name, (size_t)length, "Fake H100 %d", device);
  return leave(SUCCESS);
}

API CUresult cuDeviceGetUuid_v2(unsigned char *uuid, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  /* as fake_nvml.c has them: an instance ends with its GPU's number and its own */
  for (int i = 0; i < 16; i++) uuid[i] = (unsigned char)((fake.mig ? 0xb0 : 0xa0) + i);
  if (fake.mig) uuid[14] = 0;
  uuid[15] = (unsigned char)device;
  return leave(SUCCESS);
}

API CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  *bytes = fake.device[device].memory;
  return leave(SUCCESS);
}

API CUresult cuDeviceGetPCIBusId(char *id, int length, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  if (length < 13) return leave(INVALID_VALUE);
  snprintf(id, (size_t)length, "0000:%02X:00.0", 0x3a + (fake.mig ? 0 : device));
  return leave(SUCCESS);
}

int multiprocessors(void) { return fake.mig ? 16 : 132; }

static int attribute(int number) {
  if (number == fake.withheld) return 0;
  switch (number) {
    case 1: return 1024;        /* threads per block */
    case 2: case 3: return 1024; /* block x, y, z */
    case 4: return 64;
    case 5: return 2147483647;  /* grid x, y, z */
    case 6: case 7: return 65535;
    case 8: return 49152;       /* shared memory per block */
    case 10: return 32;         /* warp */
    case 13: return 1980000;    /* kHz */
    case 16: return multiprocessors();
    case 32: return 1;          /* ECC */
    case 37: return 5120;       /* memory bus, bits */
    case 38: return 52428800;   /* L2 */
    case 39: return 2048;       /* threads per multiprocessor */
    case 75: return 9;          /* compute capability */
    case 76: return 0;
    case 78: return 1;          /* stream priorities */
    case 81: return 233472;     /* shared memory per multiprocessor */
    case 95: return 1;          /* cooperative launch */
    case 97: return 232448;     /* shared memory per block, opt-in */
    case 102: return 1;         /* virtual memory */
    case 115: return 1;         /* memory pools */
    case 120: return 1;         /* clusters */
    default: return 0;
  }
}

API CUresult cuDeviceGetAttribute(int *value, int number, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  if (number < 1 || number > 150) return leave(INVALID_VALUE);
  *value = attribute(number);
  return leave(SUCCESS);
}

API CUresult cuDevicePrimaryCtxRetain(void **context, CUdevice device) {
  ENTER(false);
  DEVICE(device);
  if (fake.device[device].context_references++ == 0) fake.live[CONTEXT]++;
  *context = &fake.device[device];
  return leave(SUCCESS);
}

API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  ENTER(false);
  DEVICE(device);
  if (!fake.device[device].context_references) return leave(INVALID_CONTEXT);
  struct Device *d = &fake.device[device];
  if (--d->context_references) return leave(SUCCESS);
  fake.live[CONTEXT]--;
  if (d->error) { /* nothing in it could be given back; else what is left is a leak that a test is to see */
    drain_all(d);
    forget_memory(d);
    forget_streams(d);
    forget_events(d);
    forget_modules(d);
    d->error = 0;
  }
  d->peers = 0;
  return leave(SUCCESS);
}

API CUresult cuCtxSetCurrent(void *context) {
  ENTER(false);
  for (int i = 0; context && context != &fake.device[i]; i++) {
    if (i == MAX_DEVICES - 1) return leave(INVALID_CONTEXT);
  }
  current = context;
  return leave(SUCCESS);
}

API CUresult cuCtxGetCurrent(void **context) {
  ENTER(false);
  *context = current;
  return leave(SUCCESS);
}

API CUresult cuCtxGetDevice(CUdevice *device) {
  ENTER(true);
  *device = (CUdevice)(current - fake.device);
  return leave(SUCCESS);
}

API CUresult cuCtxSynchronize(void) {
  ENTER(true);
  NOT_IN_CAPTURE;
  drain_all(current);
  trim_pools();
  return leave(current->error);
}

/* NVRTC asks the driver for things that it may have; one that has none must say so. */
API CUresult cuGetExportTable(const void **table, const void *id) {
  (void)table, (void)id;
  return NOT_FOUND;
}

/* Words for the numbers that a newer driver might have; the others are in CudaError. */
API CUresult cuGetErrorName(CUresult error, const char **name) {
  bool known = error >= 4000 && error < 5000;
  *name = known ? "CUDA_ERROR_OF_TOMORROW" : NULL;
  return known ? SUCCESS : INVALID_VALUE;
}

API CUresult cuGetErrorString(CUresult error, const char **words) {
  bool known = error >= 4000 && error < 5000;
  *words = known ? "an error that is newer" : NULL;
  return known ? SUCCESS : INVALID_VALUE;
}

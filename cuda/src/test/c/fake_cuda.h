/*
 * A stand-in for NVIDIA's driver library, for tests on machines without a GPU.
 *
 * It has the ABI of libcuda.so.1 for the calls that Windlass makes, and behaves as the driver's
 * documentation says, with four properties that a test needs and a GPU does not have:
 *  - device memory is host memory, so what a copy did can be looked at;
 *  - every handle is counted, and none is ever given out twice: use after destroy is error 400;
 *  - every stream is a thread that may be slowed down, so a forgotten wait shows;
 *  - any call can be made to fail at its nth time.
 *
 * One lock guards all of it. A stream's thread holds it except while it sleeps or waits, which is
 * enough to show wrong order and keeps the rest free of data races.
 */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;

enum {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
};

/* What is counted. FakeCuda.java has the same order. */
enum Kind { CONTEXT, DEVICE_MEMORY, HOST_MEMORY, STREAM, EVENT, MODULE, RESERVATION, PHYSICAL, MAPPING, POOL_MEMORY, KINDS };

#define MAX_DEVICES 16

struct Pool {
  int device;
  uint64_t threshold, used, used_high, reserved, reserved_high;
};

struct Device {
  uint64_t memory, used;
  int context_references;
  struct Pool pool;
};

/* A context is known by its device's record. */
struct Fake {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool initialized;
  int devices, driver_version, init_result, delay_micros;
  uint64_t memory;
  long live[KINDS];
  struct Device device[MAX_DEVICES];
  int fail_call, fail_at, fail_code; /* a call's name as Java's String.hashCode */
};

extern struct Fake fake;
extern __thread struct Device *current;

/* Takes the lock and says whether the call may go on; UNLOCK gives the lock back. */
CUresult enter(const char *call, bool needs_context);

#define ENTER(context)                              \
  do {                                              \
    CUresult entered = enter(__func__, context);    \
    if (entered != SUCCESS) return leave(entered);  \
  } while (0)

CUresult leave(CUresult result);

/* Whether all of [address, address + bytes) is device memory that may be accessed. */
bool accessible(CUdeviceptr address, uint64_t bytes);
bool pinned(const void *address, uint64_t bytes);
CUresult free_pool_memory(CUdeviceptr address);
void trim_pools(void);

struct Stream;
struct Event;

/* Work for a stream. */
struct Work {
  void (*run)(struct Work *);
  struct Work *next;
  void *to;
  const void *from;
  uint64_t bytes, number;
  int value;
  struct Event *event;
};

/* Queues the work (taken over), or runs it at once on the null stream. With the lock held. */
CUresult submit(void *stream, struct Work work);
/* Waits until a stream has nothing to do; the null stream: until none that heeds it has. */
CUresult drain(void *stream);
void drain_all(void);
bool stream_known(void *stream);

/* Drop what a test left behind, so that its failure is not the next one's. With the lock held. */
void forget_memory(void);
void forget_streams(void);
void forget_modules(void);

#endif

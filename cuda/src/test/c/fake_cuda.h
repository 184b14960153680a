/*
 * A stand-in for NVIDIA's driver library, for tests on machines without a GPU.
 *
 * It has the ABI of libcuda.so.1 for the calls that Windlass makes, and behaves as the driver's
 * documentation says, with these properties that a test needs and a GPU does not have:
 *  - device memory is host memory, so what a copy did can be looked at;
 *  - every handle is counted, and none is ever given out twice: use after destroy is error 400;
 *  - every stream is a thread that may be slowed down, so a forgotten wait shows;
 *  - any call can be made to fail at its nth time, and any launch to fail late, which loses its
 *    context as a wrong address in a kernel does.
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
  NO_BINARY_FOR_GPU = 209,
  PEER_ACCESS_UNSUPPORTED = 217,
  INVALID_PTX = 218,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  ILLEGAL_STATE = 401,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  PEER_ACCESS_ALREADY_ENABLED = 704,
  PEER_ACCESS_NOT_ENABLED = 705,
  HOST_MEMORY_ALREADY_REGISTERED = 712,
  HOST_MEMORY_NOT_REGISTERED = 713,
  MISALIGNED_ADDRESS = 716,
  COOPERATIVE_LAUNCH_TOO_LARGE = 720,
  NOT_PERMITTED = 800,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901,
  CAPTURE_MERGE = 902,
  CAPTURE_UNMATCHED = 903,
  CAPTURE_UNJOINED = 904,
  CAPTURE_ISOLATION = 905,
  CAPTURE_IMPLICIT = 906,
  CAPTURED_EVENT = 907,
  CAPTURE_WRONG_THREAD = 908,
  GRAPH_UPDATE_FAILURE = 910,
  INVALID_CLUSTER_SIZE = 912,
};

/* What is counted. FakeCuda.java has the same order. */
enum Kind { CONTEXT, DEVICE_MEMORY, HOST_MEMORY, STREAM, EVENT, MODULE, RESERVATION, PHYSICAL, MAPPING, POOL_MEMORY, GRAPH, GRAPH_EXECUTABLE, REGISTRATION, KINDS, FUNCTION };

#define MAX_DEVICES 16
#define MAX_PARAMETERS 64

struct Pool {
  int device;
  uint64_t threshold, used, used_high, reserved, reserved_high;
};

struct Device {
  uint64_t memory, used;
  int context_references;
  unsigned peers; /* a bit for each device whose memory may be accessed */
  int error; /* of a kernel that failed: what every later call in the context returns */
  struct Stream *null_stream;
  struct Pool pool;
};

/* A context is known by its device's record. */
struct Fake {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool initialized;
  int devices, driver_version, init_result, delay_micros;
  uint64_t memory;
  bool mig; /* the devices are instances of the first GPU, 1g.10gb each */
  long live[KINDS];
  struct Device device[MAX_DEVICES];
  int fail_call, fail_at, fail_code; /* a call's name as Java's String.hashCode */
  int kernel_fault_at, kernel_fault;
  int withheld; /* a device attribute that is 0 */
};

extern struct Fake fake;
extern __thread struct Device *current;
extern __thread bool in_host_function;

/* Takes the lock and says whether the call may go on; UNLOCK gives the lock back. */
CUresult enter(const char *call, bool needs_context);

#define ENTER(context)                              \
  do {                                              \
    CUresult entered = enter(__func__, context);    \
    if (entered != SUCCESS) return leave(entered);  \
  } while (0)

CUresult leave(CUresult result);

/* For calls that could break a capture, and that end it: allocations, waits for all. */
CUresult capture_forbids(void);

#define NOT_IN_CAPTURE                             \
  do {                                             \
    CUresult forbidden = capture_forbids();        \
    if (forbidden != SUCCESS) return leave(forbidden); \
  } while (0)

/* Counts it, and gives it a handle that no other record ever had. */
void *new_handle(enum Kind kind, void *record);
/* NULL if the handle is not of that kind, or dead. */
void *record_of(enum Kind kind, void *handle);
void drop_handle(void *handle);
/* The next live record of a kind; at begins as 0. */
void *next_record(enum Kind kind, uint64_t *at);

/* The context is lost, as after a kernel that touched what is not its own. */
void fault(struct Device *device, int code);

/* Whether all of [address, address + bytes) is memory that the device may access. */
bool accessible(struct Device *device, CUdeviceptr address, uint64_t bytes);
bool pinned(const void *address, uint64_t bytes);
CUresult free_pool_memory(CUdeviceptr address);
void trim_pools(void);

struct Stream;
struct Event;
struct Launch;

/* Work for a stream. Its device is that of the stream; its data, if any, is freed with it. */
struct Work {
  void (*run)(struct Work *);
  struct Work *next;
  struct Device *device;
  void *to;
  const void *from;
  uint64_t bytes, number;
  int value, fault;
  bool may_block;    /* so the null stream does not do it on the thread that gives it */
  bool comes_anyway; /* also in a lost context */
  struct Event *event;
  void (*host)(void *);
  void (*kernel)(struct Launch *);
  void *data;
  size_t data_bytes;
};

/* Queues the work (taken over), or runs it at once on the null stream. With the lock held. */
CUresult submit(void *stream, struct Work work);
/* Waits for the work that a stream has; the null stream: also for that of those that heed it. The
 * result is the error of the context, if it is lost. */
CUresult drain(void *stream);
/* All streams of a device, or of all (NULL). */
void drain_all(struct Device *device);
bool stream_known(void *stream);
bool capturing(void *stream);
/* Whether it is the null stream or one of the current context. */
bool stream_of_current(void *stream);

struct Parameter {
  int offset, bytes;
};

struct Function {
  void *handle;
  struct Device *device;
  char name[256];
  int dynamic_shared, carveout, large_clusters;
  int parameters, parameter_bytes;
  struct Parameter parameter[MAX_PARAMETERS];
  struct Function *next;
};

struct Function *new_function(struct Function **list);
bool is_cubin(const char *image);
/* Adds its kernels to the list; 209 if it is not for the fake's architecture, 9.0. */
CUresult read_cubin(const char *image, struct Function **functions);

/* The function of a handle, if it is of the current context. */
struct Function *function_of(void *handle);
int multiprocessors(void);
int active_blocks(int threads, size_t shared);
struct Work kernel_work(struct Function *f, uint64_t threads, const void *arguments, size_t bytes);

/* Drop what is left of a device's context, or of all (NULL), so that one test's failure is not the
 * next one's. With the lock held. */
void forget_memory(struct Device *device);
void forget_streams(struct Device *device);
void forget_events(struct Device *device);
void forget_graphs(void);
void forget_modules(struct Device *device);

#endif

/* What streams, events, captures and graphs know of each other. */
#ifndef STREAMS_H
#define STREAMS_H

#include "fake_cuda.h"

#define GREATEST_PRIORITY -5

struct Stream {
  void *handle; /* none: the null stream */
  bool live, blocking, busy, threaded;
  int priority;
  struct Device *device;
  struct Work *first, **last;
  uint64_t queued, done;
  struct Capture *capture;
  int lane; /* in the capture */
  struct Stream *next;
};

struct Stream *stream_of(void *handle);

/* Events live as long as work or a handle refers to them. */
void retain_event(struct Event *event);
void release_event(struct Event *event);

/* What may not be done on a capturing stream: it ends the capture. */
CUresult forbid(struct Stream *stream);
/* Whether the null stream may take work: not while a stream that heeds it is captured. */
CUresult null_stream_refused(struct Device *device);
CUresult capture_work(struct Stream *stream, struct Work work);
void leave_capture(struct Stream *stream);

/* What an event stands for in a capture: so much of the work of each of its streams. */
#define MAX_LANES 32
struct Captured {
  uint64_t capture; /* its number; 0: recorded outside */
  uint64_t clock[MAX_LANES];
};
CUresult capture_record(struct Stream *stream, struct Captured *record);
/* Makes the stream wait for a captured event, which draws it into the capture. */
CUresult capture_wait(struct Stream *stream, const struct Captured *record);

struct Graph *new_graph(void);
void add_node(struct Graph *graph, struct Work work);
void *graph_handle(struct Graph *graph);
void free_graph(struct Graph *graph);

#endif

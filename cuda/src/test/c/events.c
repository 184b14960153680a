/* Events are counters: every record has a number, and the event stands for the last one asked for. */
#include "streams.h"
#include <time.h>

struct Event {
  void *handle;
  bool timing;
  int references;
  struct Device *device;
  uint64_t recorded, done;
  double millis;
  struct Captured captured;
};

static struct Event *event_of(void *handle) { return record_of(EVENT, handle); }

void retain_event(struct Event *event) { event->references++; }

void release_event(struct Event *event) {
  if (--event->references == 0) free(event);
}

/* Streams that wait for it still can. */
static void end(struct Event *e) {
  drop_handle(e->handle);
  release_event(e);
}

void forget_events(struct Device *device) {
  uint64_t at = 0;
  for (struct Event *e; (e = next_record(EVENT, &at));) {
    if (!device || e->device == device) end(e);
  }
}

static void do_wait(struct Work *w) {
  while (w->event->done < w->number) pthread_cond_wait(&fake.changed, &fake.lock);
}

API CUresult cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
  ENTER(true);
  struct Event *e = event_of(event);
  struct Stream *s = stream_of(stream);
  if (!e || !s) return leave(INVALID_HANDLE);
  if (flags) return leave(INVALID_VALUE);
  if (s->capture || e->captured.capture) return leave(capture_wait(s, &e->captured));
  struct Work wait = {.run = do_wait, .event = e, .number = e->recorded};
  wait.may_block = e->done < e->recorded, wait.comes_anyway = true;
  return leave(submit(stream, wait));
}

API CUresult cuEventCreate(void **event, unsigned flags) {
  ENTER(true);
  if (flags & ~3u) return leave(INVALID_VALUE);
  struct Event *e = calloc(1, sizeof *e);
  *e = (struct Event){.timing = !(flags & 2), .references = 1, .device = current};
  *event = e->handle = new_handle(EVENT, e);
  return leave(SUCCESS);
}

API CUresult cuEventDestroy_v2(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  end(e);
  return leave(SUCCESS);
}

static void do_record(struct Work *w) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  w->event->millis = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
  if (w->event->done < w->number) w->event->done = w->number;
  pthread_cond_broadcast(&fake.changed);
}

API CUresult cuEventRecord(void *event, void *stream) {
  ENTER(true);
  struct Event *e = event_of(event);
  struct Stream *s = stream_of(stream);
  if (!e || !s || e->device != s->device) return leave(INVALID_HANDLE);
  if (s->capture) return leave(capture_record(s, &e->captured));
  struct Work record = {.run = do_record, .event = e, .number = e->recorded + 1, .comes_anyway = true};
  CUresult result = submit(stream, record);
  if (result) return leave(result);
  e->recorded = record.number;
  e->captured.capture = 0;
  return leave(SUCCESS);
}

API CUresult cuEventQuery(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  if (e->captured.capture) return leave(CAPTURED_EVENT);
  return leave(e->done == e->recorded ? SUCCESS : NOT_READY);
}

API CUresult cuEventSynchronize(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  if (e->captured.capture) return leave(CAPTURED_EVENT);
  uint64_t number = e->recorded;
  retain_event(e);
  while (e->done < number) pthread_cond_wait(&fake.changed, &fake.lock);
  CUresult result = e->device->error;
  release_event(e);
  return leave(result);
}

API CUresult cuEventElapsedTime_v2(float *millis, void *from, void *to) {
  ENTER(true);
  struct Event *a = event_of(from), *b = event_of(to);
  if (!a || !b || !a->timing || !b->timing || !a->recorded || !b->recorded) return leave(INVALID_HANDLE);
  if (a->device != b->device) return leave(INVALID_HANDLE);
  if (a->done < a->recorded || b->done < b->recorded) return leave(NOT_READY);
  *millis = (float)(b->millis - a->millis);
  return leave(SUCCESS);
}

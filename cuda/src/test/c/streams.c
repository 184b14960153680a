/* Streams are threads, events are counters. */
#include "fake_cuda.h"
#include <time.h>
#include <unistd.h>

struct Stream {
  bool live, blocking, busy;
  struct Device *device;
  struct Work *first, **last;
  struct Stream *next;
};

/* Every record has a number; the event stands for the last one that was asked for. */
struct Event {
  bool live, timing;
  struct Device *device;
  uint64_t recorded, done;
  double millis;
  struct Event *next;
};

static struct Stream *streams;
static struct Event *events;

static struct Stream *stream_of(void *handle) {
  struct Stream *s = streams;
  while (s && s != handle) s = s->next;
  return s && s->live ? s : NULL;
}

static struct Event *event_of(void *handle) {
  struct Event *e = events;
  while (e && e != handle) e = e->next;
  return e && e->live ? e : NULL;
}

static struct Device *device_of(void *stream) { return stream ? ((struct Stream *)stream)->device : current; }

bool stream_known(void *stream) { return !stream || stream_of(stream); }

bool stream_of_current(void *stream) {
  struct Stream *s = stream_of(stream);
  return !stream || (s && s->device == current);
}

void forget_streams(struct Device *device) {
  for (struct Stream *s = streams; s; s = s->next) {
    if (device && s->device != device) continue;
    fake.live[STREAM] -= s->live;
    s->live = false;
  }
  for (struct Event *e = events; e; e = e->next) {
    if (device && e->device != device) continue;
    fake.live[EVENT] -= e->live;
    e->live = false;
  }
  pthread_cond_broadcast(&fake.changed);
}

static bool idle(struct Stream *s) { return !s->first && !s->busy; }

static void wait_for(struct Stream *s) {
  while (!idle(s)) pthread_cond_wait(&fake.changed, &fake.lock);
}

void drain_all(struct Device *device) {
  for (struct Stream *s = streams; s; s = s->next) {
    if (!device || s->device == device) wait_for(s);
  }
}

CUresult drain(void *handle) {
  if (!handle) {
    for (struct Stream *s = streams; s; s = s->next) {
      if (s->blocking && s->device == current) wait_for(s);
    }
    return SUCCESS;
  }
  struct Stream *s = stream_of(handle);
  if (!s) return INVALID_HANDLE;
  wait_for(s);
  return SUCCESS;
}

static void do_wait(struct Work *w) {
  while (w->event->done < w->number) pthread_cond_wait(&fake.changed, &fake.lock);
}

static void do_record(struct Work *w) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  w->event->millis = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
  if (w->event->done < w->number) w->event->done = w->number;
  pthread_cond_broadcast(&fake.changed);
}

/* In a lost context nothing runs any more; only what others wait for still comes. */
static void perform(struct Work *w) {
  if (!w->device->error || w->run == do_wait || w->run == do_record) w->run(w);
  free(w->data);
}

static void *serve(void *handle) {
  struct Stream *s = handle;
  pthread_mutex_lock(&fake.lock);
  while (s->live || s->first) {
    struct Work *w = s->first;
    if (!w) {
      pthread_cond_wait(&fake.changed, &fake.lock);
      continue;
    }
    s->first = w->next;
    if (!s->first) s->last = &s->first;
    s->busy = true;
    if (fake.delay_micros) {
      useconds_t delay = (useconds_t)fake.delay_micros;
      pthread_mutex_unlock(&fake.lock);
      usleep(delay);
      pthread_mutex_lock(&fake.lock);
    }
    perform(w);
    free(w);
    s->busy = false;
    pthread_cond_broadcast(&fake.changed);
  }
  pthread_mutex_unlock(&fake.lock);
  return NULL;
}

CUresult submit(void *handle, struct Work work) {
  struct Stream *s = stream_of(handle);
  if (handle && !s) {
    free(work.data);
    return INVALID_HANDLE;
  }
  work.device = s ? s->device : current;
  if (!s) {
    drain(NULL);
    perform(&work);
    return SUCCESS;
  }
  struct Work *w = malloc(sizeof *w);
  *w = work;
  w->next = NULL;
  *s->last = w;
  s->last = &w->next;
  pthread_cond_broadcast(&fake.changed);
  return SUCCESS;
}

API CUresult cuStreamCreate(void **stream, unsigned flags) {
  ENTER(true);
  if (flags > 1) return leave(INVALID_VALUE);
  struct Stream *s = calloc(1, sizeof *s);
  *s = (struct Stream){.live = true, .blocking = flags == 0, .device = current, .next = streams};
  s->last = &s->first;
  pthread_t thread;
  if (pthread_create(&thread, NULL, serve, s)) abort();
  pthread_detach(thread);
  streams = s;
  fake.live[STREAM]++;
  *stream = s;
  return leave(SUCCESS);
}

/* Its work goes on; the handle is dead at once. */
API CUresult cuStreamDestroy_v2(void *stream) {
  ENTER(true);
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  s->live = false;
  fake.live[STREAM]--;
  pthread_cond_broadcast(&fake.changed);
  return leave(SUCCESS);
}

API CUresult cuStreamSynchronize(void *stream) {
  ENTER(true);
  CUresult result = drain(stream);
  trim_pools();
  return leave(result ? result : current->error);
}

API CUresult cuStreamQuery(void *stream) {
  ENTER(true);
  if (!stream_known(stream)) return leave(INVALID_HANDLE);
  for (struct Stream *s = streams; s; s = s->next) {
    if ((stream ? s == stream : s->blocking && s->device == current) && !idle(s)) return leave(NOT_READY);
  }
  return leave(SUCCESS);
}

API CUresult cuStreamWaitEvent(void *stream, void *event, unsigned flags) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  if (flags) return leave(INVALID_VALUE);
  return leave(submit(stream, (struct Work){.run = do_wait, .event = e, .number = e->recorded}));
}

API CUresult cuEventCreate(void **event, unsigned flags) {
  ENTER(true);
  if (flags & ~3u) return leave(INVALID_VALUE);
  struct Event *e = calloc(1, sizeof *e);
  *e = (struct Event){.live = true, .timing = !(flags & 2), .device = current, .next = events};
  events = e;
  fake.live[EVENT]++;
  *event = e;
  return leave(SUCCESS);
}

/* The record stays, so that streams that wait for it still can. */
API CUresult cuEventDestroy_v2(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  e->live = false;
  fake.live[EVENT]--;
  return leave(SUCCESS);
}

API CUresult cuEventRecord(void *event, void *stream) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e || !stream_known(stream) || e->device != device_of(stream)) return leave(INVALID_HANDLE);
  return leave(submit(stream, (struct Work){.run = do_record, .event = e, .number = ++e->recorded}));
}

API CUresult cuEventQuery(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  return leave(e->done == e->recorded ? SUCCESS : NOT_READY);
}

API CUresult cuEventSynchronize(void *event) {
  ENTER(true);
  struct Event *e = event_of(event);
  if (!e) return leave(INVALID_HANDLE);
  uint64_t number = e->recorded;
  while (e->done < number) pthread_cond_wait(&fake.changed, &fake.lock);
  return leave(current->error);
}

API CUresult cuEventElapsedTime_v2(float *millis, void *from, void *to) {
  ENTER(true);
  struct Event *a = event_of(from), *b = event_of(to);
  if (!a || !b || !a->timing || !b->timing || !a->recorded || !b->recorded) return leave(INVALID_HANDLE);
  if (a->done < a->recorded || b->done < b->recorded) return leave(NOT_READY);
  *millis = (float)(b->millis - a->millis);
  return leave(SUCCESS);
}

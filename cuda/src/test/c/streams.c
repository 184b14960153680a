/* Streams are threads. The null stream is one per device, and works at once while it has nothing to
 * wait for. */
#include "streams.h"
#include <unistd.h>

static struct Stream *streams; /* those with a thread, the destroyed ones among them */

static struct Stream *create(struct Device *device, bool blocking) {
  struct Stream *s = calloc(1, sizeof *s);
  *s = (struct Stream){.live = true, .blocking = blocking, .device = device, .next = streams};
  s->last = &s->first;
  streams = s;
  return s;
}

struct Stream *stream_of(void *handle) {
  if (handle) return record_of(STREAM, handle);
  if (!current->null_stream) current->null_stream = create(current, false);
  return current->null_stream;
}

bool stream_known(void *stream) { return stream_of(stream); }

bool stream_of_current(void *stream) {
  struct Stream *s = stream_of(stream);
  return s && s->device == current;
}

static bool idle(struct Stream *s) { return !s->first && !s->busy; }

static void discard(struct Stream *s) {
  struct Stream **p = &streams;
  while (*p != s) p = &(*p)->next;
  *p = s->next;
  free(s);
  pthread_cond_broadcast(&fake.changed);
}

static void end(struct Stream *s) {
  s->live = false;
  leave_capture(s);
  if (s->handle) drop_handle(s->handle);
  if (!s->threaded) discard(s);
  pthread_cond_broadcast(&fake.changed);
}

void forget_streams(struct Device *device) {
  uint64_t at = 0;
  for (struct Stream *s; (s = next_record(STREAM, &at));) {
    if (!device || s->device == device) end(s);
  }
  for (int i = 0; i < MAX_DEVICES; i++) {
    if (!fake.device[i].null_stream || (device && device != &fake.device[i])) continue;
    end(fake.device[i].null_stream);
    fake.device[i].null_stream = NULL;
  }
}

void drain_all(struct Device *device) {
  for (struct Stream *s = streams; s; s = s ? s->next : streams) {
    if (idle(s) || (device && s->device != device)) continue;
    pthread_cond_wait(&fake.changed, &fake.lock);
    s = NULL; /* it may be gone: look from the start */
  }
}

static bool heeds(struct Stream *s, struct Stream *null) { return s->blocking && s->device == null->device; }

static void wait_for(struct Stream *s) {
  void *handle = s->handle;
  uint64_t until = s->queued;
  while (s && s->done < until) {
    pthread_cond_wait(&fake.changed, &fake.lock);
    if (handle) s = record_of(STREAM, handle);
  }
}

static void wait_for_those_that_heed(struct Stream *null) {
  for (struct Stream *s = streams; s; s = s ? s->next : streams) {
    if (idle(s) || !heeds(s, null)) continue;
    pthread_cond_wait(&fake.changed, &fake.lock);
    s = NULL;
  }
}

CUresult drain(void *handle) {
  struct Stream *s = stream_of(handle);
  if (!s) return INVALID_HANDLE;
  if (s->capture) return forbid(s);
  struct Device *device = s->device;
  if (!handle) wait_for_those_that_heed(s);
  wait_for(s);
  return device->error;
}

/* In a lost context nothing runs any more; only what others wait for still comes. */
static void perform(struct Work *w) {
  if (!w->device->error || w->comes_anyway) w->run(w);
  free(w->data);
  if (w->event) release_event(w->event);
}

static void *serve(void *stream) {
  struct Stream *s = stream;
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
    s->done++;
    pthread_cond_broadcast(&fake.changed);
  }
  discard(s);
  pthread_mutex_unlock(&fake.lock);
  return NULL;
}

static void start_thread(struct Stream *s) {
  pthread_t thread;
  if (s->threaded) return;
  if (pthread_create(&thread, NULL, serve, s)) abort();
  pthread_detach(thread);
  s->threaded = true;
}

CUresult submit(void *handle, struct Work work) {
  struct Stream *s = stream_of(handle);
  CUresult refused = !s ? INVALID_HANDLE : handle ? SUCCESS : null_stream_refused(s->device);
  if (!refused && s->capture) return capture_work(s, work);
  if (refused) {
    free(work.data);
    return refused;
  }
  work.device = s->device;
  if (work.event) retain_event(work.event);
  if (!handle) {
    wait_for_those_that_heed(s);
    if (idle(s) && !work.may_block && !fake.delay_micros) {
      perform(&work);
      return SUCCESS;
    }
  } else if (s->blocking && s->device->null_stream) {
    wait_for(s->device->null_stream);
  }
  start_thread(s);
  struct Work *w = malloc(sizeof *w);
  *w = work;
  w->next = NULL;
  *s->last = w;
  s->last = &w->next;
  s->queued++;
  pthread_cond_broadcast(&fake.changed);
  return SUCCESS;
}

static CUresult new_stream(void **stream, unsigned flags, int priority) {
  if (flags > 1) return INVALID_VALUE;
  struct Stream *s = create(current, flags == 0);
  s->priority = priority < GREATEST_PRIORITY ? GREATEST_PRIORITY : priority > 0 ? 0 : priority;
  start_thread(s);
  *stream = s->handle = new_handle(STREAM, s);
  return SUCCESS;
}

API CUresult cuStreamCreate(void **stream, unsigned flags) {
  ENTER(true);
  return leave(new_stream(stream, flags, 0));
}

/* A priority out of the range is clamped. */
API CUresult cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) {
  ENTER(true);
  return leave(new_stream(stream, flags, priority));
}

API CUresult cuStreamGetPriority(void *stream, int *priority) {
  ENTER(true);
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  *priority = s->priority;
  return leave(SUCCESS);
}

API CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
  ENTER(true);
  *least = 0, *greatest = GREATEST_PRIORITY;
  return leave(SUCCESS);
}

/* Its work goes on; the handle is dead at once. */
API CUresult cuStreamDestroy_v2(void *stream) {
  ENTER(true);
  struct Stream *s = stream ? stream_of(stream) : NULL;
  if (!s) return leave(INVALID_HANDLE);
  end(s);
  return leave(SUCCESS);
}

API CUresult cuStreamSynchronize(void *stream) {
  ENTER(true);
  CUresult result = drain(stream);
  trim_pools();
  return leave(result);
}

API CUresult cuStreamQuery(void *stream) {
  ENTER(true);
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  if (s->capture) return leave(forbid(s));
  for (struct Stream *other = streams; other; other = other->next) {
    if ((other == s || (!stream && heeds(other, s))) && !idle(other)) return leave(NOT_READY);
  }
  return leave(SUCCESS);
}

static void do_host(struct Work *w) {
  pthread_mutex_unlock(&fake.lock);
  in_host_function = true;
  w->host(w->to);
  in_host_function = false;
  pthread_mutex_lock(&fake.lock);
}

API CUresult cuLaunchHostFunc(void *stream, void (*function)(void *), void *argument) {
  ENTER(true);
  if (!function) return leave(INVALID_VALUE);
  return leave(submit(stream, (struct Work){.run = do_host, .host = function, .to = argument, .may_block = true}));
}

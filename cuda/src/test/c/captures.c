/* Stream capture. The streams of one are lanes, and who has waited for whom is a vector clock: a lane's
 * entry for another is how much of its work it comes after. Work becomes a graph's nodes in the order
 * in which it was given, which heeds every wait. */
#include "streams.h"

enum { GLOBAL, THREAD_LOCAL, RELAXED };

struct Capture {
  uint64_t number;
  bool invalid;
  int mode;
  pthread_t thread;
  struct Stream *origin;
  int lanes;
  struct Stream *lane[MAX_LANES];
  uint64_t clock[MAX_LANES][MAX_LANES];
  struct Graph *graph;
  struct Capture *next;
};

static struct Capture *captures;
static uint64_t numbers;

static struct Capture *capture_number(uint64_t number) {
  struct Capture *c = captures;
  while (c && c->number != number) c = c->next;
  return c;
}

static CUresult invalidate(struct Capture *c, CUresult result) {
  c->invalid = true;
  return result;
}

CUresult forbid(struct Stream *stream) { return invalidate(stream->capture, CAPTURE_UNSUPPORTED); }

/* Calls that could break a capture under way: of this thread, or of any in global mode. */
CUresult capture_forbids(void) {
  CUresult result = SUCCESS;
  for (struct Capture *c = captures; c; c = c->next) {
    bool mine = pthread_equal(c->thread, pthread_self());
    if (c->mode == GLOBAL || (c->mode == THREAD_LOCAL && mine)) result = invalidate(c, CAPTURE_UNSUPPORTED);
  }
  return result;
}

CUresult null_stream_refused(struct Device *device) {
  for (struct Capture *c = captures; c; c = c->next) {
    for (int i = 0; i < c->lanes; i++) {
      if (c->lane[i] && c->lane[i]->blocking && c->lane[i]->device == device) return invalidate(c, CAPTURE_IMPLICIT);
    }
  }
  return SUCCESS;
}

bool capturing(void *stream) {
  struct Stream *s = stream_of(stream);
  return s && s->capture;
}

static CUresult join(struct Capture *c, struct Stream *stream) {
  if (c->lanes == MAX_LANES) return invalidate(c, CAPTURE_UNSUPPORTED);
  stream->capture = c;
  stream->lane = c->lanes;
  c->lane[c->lanes++] = stream;
  return SUCCESS;
}

void leave_capture(struct Stream *stream) {
  struct Capture *c = stream->capture;
  if (!c) return;
  c->lane[stream->lane] = NULL;
  stream->capture = NULL;
  invalidate(c, SUCCESS);
  if (stream == c->origin) c->origin = NULL; /* nobody can end it: let go of the others */
  if (c->origin) return;
  for (int i = 0; i < c->lanes; i++) {
    if (c->lane[i]) c->lane[i]->capture = NULL;
  }
  struct Capture **p = &captures;
  while (*p != c) p = &(*p)->next;
  *p = c->next;
  free_graph(c->graph);
  free(c);
}

CUresult capture_work(struct Stream *stream, struct Work work) {
  struct Capture *c = stream->capture;
  if (c->invalid) {
    free(work.data);
    return CAPTURE_INVALIDATED;
  }
  c->clock[stream->lane][stream->lane]++;
  work.device = stream->device;
  add_node(c->graph, work);
  return SUCCESS;
}

CUresult capture_record(struct Stream *stream, struct Captured *record) {
  struct Capture *c = stream->capture;
  if (c->invalid) return CAPTURE_INVALIDATED;
  record->capture = c->number;
  memcpy(record->clock, c->clock[stream->lane], sizeof record->clock);
  return SUCCESS;
}

CUresult capture_wait(struct Stream *stream, const struct Captured *record) {
  struct Capture *c = capture_number(record->capture), *own = stream->capture;
  if (own && own->invalid) return CAPTURE_INVALIDATED;
  if (own && !record->capture) return invalidate(own, CAPTURE_ISOLATION);
  if (!c) return CAPTURED_EVENT; /* of a capture that has ended */
  if (c->invalid) return CAPTURE_INVALIDATED;
  if (own && own != c) return invalidate(c, invalidate(own, CAPTURE_MERGE));
  if (!stream->handle) return invalidate(c, CAPTURE_IMPLICIT);
  if (!own) {
    CUresult joined = join(c, stream);
    if (joined) return joined;
  }
  uint64_t *clock = c->clock[stream->lane];
  for (int i = 0; i < MAX_LANES; i++) {
    if (clock[i] < record->clock[i]) clock[i] = record->clock[i];
  }
  return SUCCESS;
}

API CUresult cuStreamBeginCapture_v2(void *stream, int mode) {
  ENTER(true);
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  if (!stream) return leave(CAPTURE_UNSUPPORTED);
  if (mode < GLOBAL || mode > RELAXED) return leave(INVALID_VALUE);
  if (s->capture) return leave(ILLEGAL_STATE);
  struct Capture *c = calloc(1, sizeof *c);
  *c = (struct Capture){.number = ++numbers, .mode = mode, .thread = pthread_self(), .origin = s, .next = captures};
  c->graph = new_graph();
  captures = c;
  return leave(join(c, s));
}

static CUresult verdict(struct Capture *c) {
  if (c->invalid) return CAPTURE_INVALIDATED;
  for (int i = 1; i < c->lanes; i++) {
    if (c->clock[0][i] < c->clock[i][i]) return CAPTURE_UNJOINED;
  }
  return SUCCESS;
}

API CUresult cuStreamEndCapture(void *stream, void **graph) {
  ENTER(true);
  *graph = NULL;
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  struct Capture *c = s->capture;
  if (!c) return leave(ILLEGAL_STATE);
  if (c->origin != s) return leave(invalidate(c, CAPTURE_UNMATCHED));
  if (c->mode != RELAXED && !pthread_equal(c->thread, pthread_self())) return leave(CAPTURE_WRONG_THREAD);
  CUresult result = verdict(c);
  if (!result) {
    *graph = graph_handle(c->graph);
    c->graph = NULL;
  }
  leave_capture(s);
  return leave(result);
}

API CUresult cuStreamIsCapturing(void *stream, int *status) {
  ENTER(true);
  struct Stream *s = stream_of(stream);
  if (!s) return leave(INVALID_HANDLE);
  *status = !s->capture ? 0 : s->capture->invalid ? 2 : 1;
  return leave(SUCCESS);
}

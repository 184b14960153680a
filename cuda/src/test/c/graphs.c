/* Graphs: the works of a capture, which a launch gives to a stream one after the other. */
#include "streams.h"

struct Graph {
  void *handle;
  int count, capacity;
  struct Work *nodes;
};

struct Graph *new_graph(void) { return calloc(1, sizeof(struct Graph)); }

/* The work with data of its own. */
static struct Work copied(struct Work work) {
  if (!work.data) return work;
  void *data = malloc(work.data_bytes);
  memcpy(data, work.data, work.data_bytes);
  work.data = data;
  return work;
}

void add_node(struct Graph *graph, struct Work work) {
  if (graph->count == graph->capacity) {
    graph->capacity = graph->capacity ? 2 * graph->capacity : 16;
    graph->nodes = realloc(graph->nodes, (size_t)graph->capacity * sizeof work);
  }
  graph->nodes[graph->count++] = work;
}

void *graph_handle(struct Graph *graph) { return graph->handle = new_handle(GRAPH, graph); }

static void clear(struct Graph *graph) {
  for (int i = 0; i < graph->count; i++) free(graph->nodes[i].data);
  graph->count = 0;
}

void free_graph(struct Graph *graph) {
  if (!graph) return;
  if (graph->handle) drop_handle(graph->handle);
  clear(graph);
  free(graph->nodes);
  free(graph);
}

void forget_graphs(void) {
  uint64_t at = 0;
  for (struct Graph *g; (g = next_record(GRAPH, &at));) free_graph(g);
  at = 0;
  for (struct Graph *g; (g = next_record(GRAPH_EXECUTABLE, &at));) free_graph(g);
}

static void copy_nodes(struct Graph *to, const struct Graph *from) {
  clear(to);
  for (int i = 0; i < from->count; i++) add_node(to, copied(from->nodes[i]));
}

API CUresult cuGraphGetNodes(void *graph, void **nodes, size_t *count) {
  ENTER(false);
  struct Graph *g = record_of(GRAPH, graph);
  if (!g || nodes) return leave(INVALID_VALUE); /* only the count is asked for */
  *count = (size_t)g->count;
  return leave(SUCCESS);
}

API CUresult cuGraphDestroy(void *graph) {
  ENTER(false);
  struct Graph *g = record_of(GRAPH, graph);
  if (!g) return leave(INVALID_VALUE);
  free_graph(g);
  return leave(SUCCESS);
}

API CUresult cuGraphInstantiateWithFlags(void **executable, void *graph, uint64_t flags) {
  ENTER(true);
  struct Graph *g = record_of(GRAPH, graph);
  if (!g || flags) return leave(INVALID_VALUE);
  struct Graph *e = new_graph();
  copy_nodes(e, g);
  *executable = e->handle = new_handle(GRAPH_EXECUTABLE, e);
  return leave(SUCCESS);
}

struct Update {
  int result;
  void *node, *from;
};

/* The same nodes of the same kinds; a kernel may become another. */
API CUresult cuGraphExecUpdate_v2(void *executable, void *graph, struct Update *update) {
  ENTER(true);
  struct Graph *e = record_of(GRAPH_EXECUTABLE, executable), *g = record_of(GRAPH, graph);
  if (!e || !g) return leave(INVALID_VALUE);
  *update = (struct Update){.result = e->count == g->count ? 0 : 2};
  for (int i = 0; !update->result && i < e->count; i++) {
    if (e->nodes[i].run != g->nodes[i].run) update->result = 3;
  }
  if (update->result) return leave(GRAPH_UPDATE_FAILURE);
  copy_nodes(e, g);
  return leave(SUCCESS);
}

API CUresult cuGraphLaunch(void *executable, void *stream) {
  ENTER(true);
  struct Graph *e = record_of(GRAPH_EXECUTABLE, executable);
  if (!e) return leave(INVALID_VALUE);
  if (!stream_known(stream)) return leave(INVALID_HANDLE);
  struct Graph all = {0}; /* giving work to a stream may wait, and the executable may change meanwhile */
  copy_nodes(&all, e);
  CUresult result = SUCCESS;
  for (int i = 0; i < all.count; i++) {
    CUresult one = submit(stream, all.nodes[i]);
    if (!result) result = one;
  }
  free(all.nodes);
  return leave(result);
}

API CUresult cuGraphExecDestroy(void *executable) {
  ENTER(false);
  struct Graph *e = record_of(GRAPH_EXECUTABLE, executable);
  if (!e) return leave(INVALID_VALUE);
  free_graph(e);
  return leave(SUCCESS);
}

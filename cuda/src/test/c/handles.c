/* Handles: a table of records. A handle is a place in it, so none is ever given out twice, and looking
 * one up costs the same however many there were. */
#include "fake_cuda.h"

#define FIRST 0x10000

static struct {
  enum Kind kind;
  void *record;
} *entries;
static uint64_t count, capacity;

void *new_handle(enum Kind kind, void *record) {
  if (count == capacity) {
    capacity = capacity ? 2 * capacity : 1024;
    entries = realloc(entries, capacity * sizeof *entries);
  }
  entries[count].kind = kind, entries[count].record = record;
  if (kind < KINDS) fake.live[kind]++;
  return (void *)(FIRST + 16 * count++);
}

void *record_of(enum Kind kind, void *handle) {
  uint64_t at = ((uint64_t)handle - FIRST) / 16;
  bool valid = (uint64_t)handle >= FIRST && at < count && (uint64_t)handle % 16 == 0;
  return valid && entries[at].kind == kind ? entries[at].record : NULL;
}

void drop_handle(void *handle) {
  uint64_t at = ((uint64_t)handle - FIRST) / 16;
  if (entries[at].kind < KINDS) fake.live[entries[at].kind]--;
  entries[at].record = NULL;
}

void *next_record(enum Kind kind, uint64_t *at) {
  while (*at < count) {
    uint64_t i = (*at)++;
    if (entries[i].kind == kind && entries[i].record) return entries[i].record;
  }
  return NULL;
}

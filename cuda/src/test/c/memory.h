/* What the rooms of memory know of each other. */
#ifndef MEMORY_H
#define MEMORY_H

#include "fake_cuda.h"

#define MUST(condition) \
  if (!(condition)) return leave(INVALID_VALUE)

struct Physical;

/* A range of addresses that means something. A mapping is open to the devices of a set of bits. */
struct Range {
  enum Kind kind;
  uint64_t start, bytes;
  int device;
  unsigned open_to;
  struct Physical *physical;
  struct Range *next;
};

extern struct Range *ranges;

struct Range *add_range(enum Kind kind, void *start, uint64_t bytes, int device);
struct Range *find_range(enum Kind kind, uint64_t start);
void forget_range(struct Range *range);

int number_of(struct Device *device);
/* So much of the device's memory, if it has that. */
CUresult take(struct Device *device, uint64_t bytes);

#endif

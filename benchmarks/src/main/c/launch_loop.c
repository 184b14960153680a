/* What a launch costs from C: nanoseconds per call, the best and the median of some rounds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern int cuInit(unsigned);
extern int cuLaunchKernel(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **);

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int count, char **words) {
  long calls = count > 1 ? atol(words[1]) : 20000000;
  int rounds = 9;
  double nanos[9];
  if (cuInit(0)) return 1;
  for (int round = 0; round < rounds; round++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < calls; i++) {
      uint64_t x = 0x7f0000000000ull, y = 0x7f0000100000ull;
      int n = 1000;
      float a = 2.0f;
      void *parameters[] = {&x, &y, &n, &a};
      if (cuLaunchKernel((void *)parameters, 4, 1, 1, 256, 1, 1, 0, NULL, parameters, NULL)) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    nanos[round] = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)calls;
  }
  qsort(nanos, (size_t)rounds, sizeof *nanos, by_value);
  printf("%.3f %.3f\n", nanos[0], nanos[rounds / 2]);
  return 0;
}

package dev.windlass.benchmarks.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Shapes that are not tied to one kind of program. */
final class GeneralTraces {
  private static final long MIB = 1L << 20;

  private GeneralTraces() {}

  /** Batches of rows are read, and joined by a hash table that doubles when it is full. */
  static Trace hashJoin(long seed, int queries) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("hash joins");
    List<Integer> held = new ArrayList<>();
    for (int query = 0; query < queries; query++) {
      long rows = 0;
      long capacity = 1 << 16;
      int table = trace.allocate(16 * capacity);
      List<Integer> columns = new ArrayList<>();
      for (int batch = random.nextInt(4, 24); batch > 0; batch--) {
        long more = random.nextLong(100_000, 2_000_000);
        int raw = trace.allocate(more * random.nextInt(9, 40));
        for (int column = 0; column < 4; column++) {
          columns.add(trace.allocate(more * (4 << random.nextInt(2))));
          columns.add(trace.allocate((more + 7) / 8)); // which rows have a value
        }
        trace.free(raw);
        rows += more;
        while (rows * 2 > capacity) {
          capacity *= 2;
          int larger = trace.allocate(16 * capacity);
          trace.free(table);
          table = larger;
        }
      }
      int sizes = trace.allocate(8 * rows);
      int result = trace.allocate(rows * random.nextInt(8, 64));
      trace.free(sizes);
      trace.free(table);
      columns.forEach(trace::free);
      held.add(result);
      if (held.size() > 4) {
        trace.free(held.remove(random.nextInt(held.size())));
      }
    }
    return trace.build();
  }

  /** Many small, few large: sizes by a power law from 4 KiB to 2 GiB, freed in any order. */
  static Trace powerLaw(long seed, int events) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("power law");
    List<Integer> live = new ArrayList<>();
    for (int event = 0; event < events; event++) {
      boolean full = trace.liveBytes() > 16L << 30;
      if (!full && (live.size() < 1000 || random.nextInt(100) < 52)) {
        double size = 4096 * Math.pow(1 - random.nextDouble(), -1.25);
        live.add(trace.allocate((long) Math.min(size, 2048.0 * MIB)));
      } else {
        int at = random.nextInt(live.size());
        trace.free(live.get(at));
        live.set(at, live.get(live.size() - 1));
        live.remove(live.size() - 1);
      }
    }
    return trace.build();
  }

  /**
   * One stream loads and another computes: what the first allocates, the second frees, a few
   * batches later.
   */
  static Trace twoStreams(long seed, int batches) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("two streams");
    List<Integer> loaded = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      int staging = trace.allocate(random.nextLong(MIB, 64 * MIB), 0);
      for (int tensor = 0; tensor < 4; tensor++) {
        loaded.add(trace.allocate(random.nextLong(MIB, 96 * MIB), 0));
      }
      trace.free(staging);
      List<Integer> temporary = new ArrayList<>();
      for (int layer = 0; layer < 8; layer++) {
        temporary.add(trace.allocate(random.nextLong(MIB, 128 * MIB), 1));
      }
      while (!temporary.isEmpty()) {
        trace.free(temporary.remove(temporary.size() - 1));
      }
      while (loaded.size() > 12) {
        trace.free(loaded.remove(0), 1);
      }
    }
    return trace.build();
  }

  /**
   * The worst case in Robson's manner: memory is filled with blocks of one size, all but every
   * second one are freed, then the same is done with blocks of twice the size, which fit into none
   * of the holes.
   */
  static Trace adversarial(int rounds) {
    Trace.Builder trace = Trace.builder("adversarial");
    long most = 4096 * MIB;
    for (int round = 0; round < rounds; round++) {
      List<Integer> live = new ArrayList<>();
      for (long size = MIB; size <= 256 * MIB; size *= 2) {
        List<Integer> filled = new ArrayList<>();
        while (trace.liveBytes() + size <= most) {
          filled.add(trace.allocate(size));
        }
        live.addAll(filled);
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < live.size(); i++) {
          if (i % 2 == 0) {
            trace.free(live.get(i));
          } else {
            kept.add(live.get(i));
          }
        }
        live = kept;
      }
      live.forEach(trace::free);
    }
    return trace.build();
  }
}

package dev.windlass.benchmarks.trace;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/** Inference: temporary memory of requests of any length, and caches that grow with each token. */
final class ServingTraces {
  private static final int LAYERS = 24;
  private static final long HIDDEN = 2048;
  private static final long TOKEN = 2 * 2 * HIDDEN; // key and value, 2 bytes each

  private ServingTraces() {}

  /** Batches of requests whose lengths differ; results of a batch live until some batches later. */
  static Trace variableLength(long seed, int batches) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("inference, any length");
    trace.allocate(LAYERS * 12 * HIDDEN * HIDDEN * 2);
    List<Integer> results = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      long tokens = random.nextInt(1, 17) * (long) random.nextInt(8, 2049);
      int state = trace.allocate(2 * tokens * HIDDEN);
      for (int layer = 0; layer < LAYERS; layer++) {
        int attention = trace.allocate(3 * 2 * tokens * HIDDEN);
        int scores = trace.allocate(2 * tokens * random.nextInt(64, 1025));
        trace.free(attention);
        int wide = trace.allocate(4 * 2 * tokens * HIDDEN);
        trace.free(scores);
        int next = trace.allocate(2 * tokens * HIDDEN);
        trace.free(wide);
        trace.free(state);
        state = next;
      }
      results.add(trace.allocate(4 * tokens * random.nextInt(1, 512)));
      trace.free(state);
      if (results.size() > 12) {
        trace.free(results.remove(random.nextInt(results.size())));
      }
    }
    return trace.build();
  }

  /** Each sequence has one cache per layer, which is copied to a larger one when it is full. */
  static Trace contiguousCaches(long seed, int steps) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("caches, contiguous");
    List<Sequence> running = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (running.size() < 32) {
        running.add(new Sequence(random));
      }
      for (Iterator<Sequence> all = running.iterator(); all.hasNext(); ) {
        Sequence sequence = all.next();
        sequence.length += random.nextInt(1, 64);
        if (sequence.length > sequence.end) {
          sequence.caches.forEach(trace::free);
          all.remove();
        } else if (sequence.length > sequence.capacity) {
          sequence.capacity = sequence.length * 3 / 2;
          for (int layer = 0; layer < LAYERS; layer++) {
            int larger = trace.allocate(sequence.capacity * TOKEN);
            if (sequence.caches.size() > layer) {
              trace.free(sequence.caches.get(layer));
              sequence.caches.set(layer, larger);
            } else {
              sequence.caches.add(larger);
            }
          }
        }
      }
    }
    return trace.build();
  }

  /** Caches in pages of 16 tokens, beside the temporary memory of each step. */
  static Trace pagedCaches(long seed, int steps) {
    SplittableRandom random = new SplittableRandom(seed);
    Trace.Builder trace = Trace.builder("caches, paged");
    List<Sequence> running = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (running.size() < 48) {
        running.add(new Sequence(random));
      }
      int temporary = trace.allocate(2L * random.nextInt(1, 65) * 64 * HIDDEN);
      for (Iterator<Sequence> all = running.iterator(); all.hasNext(); ) {
        Sequence sequence = all.next();
        sequence.length += random.nextInt(1, 64);
        if (sequence.length > sequence.end) {
          sequence.caches.forEach(trace::free);
          all.remove();
          continue;
        }
        while (sequence.capacity < sequence.length) {
          sequence.capacity += 16;
          sequence.caches.add(trace.allocate(16 * TOKEN * LAYERS));
        }
      }
      trace.free(temporary);
    }
    return trace.build();
  }

  private static final class Sequence {
    private final long end;
    private final List<Integer> caches = new ArrayList<>();
    private long length;
    private long capacity;

    private Sequence(SplittableRandom random) {
      length = random.nextInt(16, 512);
      end = length + random.nextInt(64, 4096);
    }
  }
}

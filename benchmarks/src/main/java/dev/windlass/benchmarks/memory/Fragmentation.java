package dev.windlass.benchmarks.memory;

import dev.windlass.benchmarks.policy.ArithmeticMemory;
import dev.windlass.benchmarks.policy.ArithmeticOrder;
import dev.windlass.benchmarks.report.Effort;
import dev.windlass.benchmarks.report.Picture;
import dev.windlass.benchmarks.report.Table;
import dev.windlass.benchmarks.trace.Trace;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Replays traces through each policy over memory that is address arithmetic: once on a device that
 * is large enough for all, once on one that has 5 % more than the program ever has live.
 */
public final class Fragmentation {
  private static final long PLENTY = 160L << 30;
  private static final double TIGHT = 1.05;

  /** So many events of the trace the GPU is behind. */
  private static final long LAG = 64;

  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  private Fragmentation() {}

  private record Score(
      double ratio,
      double calls,
      double steadyCalls,
      double steadyMicros,
      double failures,
      double nanos) {}

  /** What a replay took; steady is the second half of the trace. */
  private record Run(
      long peakHeld, long calls, long steadyCalls, long steadyMicros, long failures, long nanos) {}

  /** The tables, and a picture of the first. */
  public record Result(List<Table> tables, String html) {}

  /** Measures. */
  public static Result measure(List<Trace> traces, Effort effort) {
    List<List<Score>> scores = new ArrayList<>();
    for (Trace trace : traces) {
      scores.add(
          Stream.of(Policy.values())
              .map(policy -> score(trace, policy, effort.repeats(5)))
              .toList());
    }
    Table held = table("Memory: peak held / peak live", traces, scores, Score::ratio, true);
    return new Result(
        List.of(
            held,
            table("Memory: failures with 1.05 x peak live", traces, scores, Score::failures, false),
            table("Memory: driver calls per 1000 events", traces, scores, Score::calls, true),
            table(
                "Memory: driver calls per 1000 events, second half of the trace",
                traces,
                scores,
                Score::steadyCalls,
                false),
            table(
                "Memory: microseconds of virtual memory calls per event, second half of the trace",
                traces,
                scores,
                Score::steadyMicros,
                false),
            table(
                "Memory: ns of processor time per event of a trace",
                traces,
                scores,
                Score::nanos,
                true)),
        Picture.of(held));
  }

  private static Score score(Trace trace, Policy policy, int repeats) {
    long page = ArithmeticMemory.GRANULARITY;
    long tight = (long) Math.ceil(trace.peakLiveBytes() * TIGHT / page) * page;
    long failures = replay(trace, policy, tight).failures;
    Run run = replay(trace, policy, PLENTY);
    long[] nanos = new long[repeats];
    for (int i = 0; i < repeats; i++) {
      nanos[i] = replay(trace, policy, PLENTY).nanos;
    }
    Arrays.sort(nanos);
    return new Score(
        (double) run.peakHeld / trace.peakLiveBytes(),
        1000.0 * run.calls / trace.size(),
        2000.0 * run.steadyCalls / trace.size(),
        2.0 * run.steadyMicros / trace.size(),
        failures,
        (double) nanos[repeats / 2] / trace.size());
  }

  private static Run replay(Trace trace, Policy policy, long limit) {
    ArithmeticMemory memory = new ArithmeticMemory(limit);
    ArithmeticOrder order = new ArithmeticOrder(LAG);
    DeviceAllocator allocator = policy.over(memory, order);
    long[] addresses = new long[trace.allocations()];
    long[] bytes = new long[trace.allocations()];
    long failures = 0;
    long calls = 0;
    long micros = 0;
    long start = THREAD.getCurrentThreadCpuTime();
    for (int event = 0; event < trace.size(); event++) {
      int id = trace.id(event);
      long stream = 64L * (1 + trace.stream(event)); // 0 to 2 mean something in CUDA
      order.tick();
      if (event == trace.size() / 2) {
        calls = memory.calls();
        micros = memory.micros();
      }
      if (trace.allocates(event)) {
        bytes[id] = trace.bytes(event);
        try {
          addresses[id] = allocator.allocate(bytes[id], stream);
        } catch (OutOfDeviceMemoryException e) {
          failures++;
        }
      } else if (addresses[id] != 0) {
        allocator.free(addresses[id], bytes[id], stream);
      }
    }
    long nanos = THREAD.getCurrentThreadCpuTime() - start;
    Run run =
        new Run(
            memory.peakHeld(),
            memory.calls(),
            memory.calls() - calls,
            memory.micros() - micros,
            failures,
            nanos);
    allocator.close();
    return run;
  }

  private static Table table(
      String name,
      List<Trace> traces,
      List<List<Score>> scores,
      ToDoubleFunction<Score> value,
      boolean mean) {
    List<String> columns = new ArrayList<>(List.of("trace"));
    for (Policy policy : Policy.values()) {
      columns.add(policy.title());
    }
    List<List<Object>> rows = new ArrayList<>();
    double[] sums = new double[Policy.values().length];
    for (int t = 0; t < traces.size(); t++) {
      List<Object> row = new ArrayList<>(List.of(traces.get(t).name()));
      for (int p = 0; p < sums.length; p++) {
        double one = value.applyAsDouble(scores.get(t).get(p));
        sums[p] += mean ? Math.log(one) : one;
        row.add(one);
      }
      rows.add(row);
    }
    List<Object> last = new ArrayList<>(List.of(mean ? "geometric mean" : "sum"));
    for (double sum : sums) {
      last.add(mean ? Math.exp(sum / traces.size()) : sum);
    }
    rows.add(last);
    return new Table(name, columns, rows, List.of());
  }
}

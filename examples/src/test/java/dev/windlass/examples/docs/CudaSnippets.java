package dev.windlass.examples.docs;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.DeviceContext;
import dev.windlass.cuda.Event;
import dev.windlass.cuda.ExecutableGraph;
import dev.windlass.cuda.FloatMemory;
import dev.windlass.cuda.Graph;
import dev.windlass.cuda.HostMemory;
import dev.windlass.cuda.Kernel;
import dev.windlass.cuda.LaunchConfig;
import dev.windlass.cuda.MemoryGrowth;
import dev.windlass.cuda.Module;
import dev.windlass.cuda.PreparedLaunch;
import dev.windlass.cuda.Stream;
import dev.windlass.cuda.availability.Availability;
import dev.windlass.cuda.compile.CompileOptions;
import dev.windlass.cuda.fault.GpuFaults;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.Verdict;
import dev.windlass.cuda.memory.AllocationTracker;
import dev.windlass.cuda.memory.FailureCallback;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryMetrics;
import dev.windlass.cuda.memory.MemoryTimeline;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import dev.windlass.cuda.memory.Statistics;
import dev.windlass.cuda.memory.Tracking;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** The Java of the documents that needs the module cuda, which not every job carries along. */
final class CudaSnippets {
  private CudaSnippets() {}

  static void exit() {
    // begin: exit
    try {
      train();
    } catch (OutOfDeviceMemoryException e) {
      GpuFaults.current().report(e);
      System.exit(1);
    }
    // end: exit
  }

  private static void train() {}

  static void liveness() {
    // begin: liveness
    GpuFaults.current().livenessFile(Path.of("/tmp/gpu-alive"));
    // end: liveness
  }

  static void saxpy(int n, float[] hostX, float[] hostY, String source) {
    // begin: saxpy
    try (Cuda cuda = Cuda.open()) {
      for (Device d : cuda.devices()) {
        System.out.println(d);
      }
      try (DeviceContext gpu = cuda.device(0).context(MemoryGrowth.grow().limit(Memory.gib(8)));
          Stream stream = gpu.newStream();
          FloatMemory x = gpu.floats(n);
          FloatMemory y = gpu.floats(n)) {
        x.copyFrom(hostX, stream);
        y.copyFrom(hostY, stream);
        Kernel saxpy = gpu.compile("saxpy.cu", source).kernel("saxpy");
        saxpy.launch(stream, saxpy.gridFor(n), n, 2.0f, x, y);
        y.copyTo(hostY, stream);
        stream.synchronize();
      }
    }
    // end: saxpy
  }

  static void probe() {
    // begin: probe
    if (Cuda.probe() instanceof Availability.Unavailable why) {
      System.err.println(why.problem() + ". " + why.remedy() + ".");
      useTheCpu(); // why.reason() is an enum, for programs
    }
    // end: probe
  }

  static void health(Device device) {
    // begin: health
    try (HealthMonitor monitor = HealthMonitor.open()) {
      monitor.watch(event -> System.err.println(event.uuid() + ": " + event.xid()));
      Verdict verdict = monitor.verdict(device.uuid());
      if (verdict.level() == Verdict.Level.BROKEN) {
        Verdict.Finding worst = verdict.worst().orElseThrow();
        System.err.println(worst.problem() + ". " + worst.remedy() + ".");
      }
    }
    // end: health
  }

  static void outOfMemory(DeviceContext gpu, long elements, int batch) {
    // begin: outOfMemory
    try (FloatMemory activations = gpu.floats(elements)) {
      train(activations);
    } catch (OutOfDeviceMemoryException e) {
      MemoryBreakdown memory = e.breakdown(); // live, cached, held, limit, ...
      System.err.println(memory.asked() + " bytes asked, " + memory.live() + " live");
      trainWith(batch / 2);
    }
    // end: outOfMemory
  }

  static void parts(Device device, Cache cache, MeterRegistry registry) {
    // begin: parts
    MemoryGrowth growth =
        MemoryGrowth.ofJob()
            .with(pool -> new FailureCallback(pool, (bytes, attempt) -> cache.evict(bytes), 10))
            .with(Statistics::new)
            .with(pool -> new AllocationTracker(pool, Tracking.SAMPLED))
            .with(pool -> new MemoryTimeline(pool, 100_000, Tracking.SAMPLED));
    try (DeviceContext gpu = device.context(growth)) {
      Statistics statistics = gpu.allocator().find(Statistics.class).orElseThrow();
      new MemoryMetrics(statistics, Tags.of("gpu", "0")).bindTo(registry); // Micrometer
      train(gpu);
      gpu.allocator().find(MemoryTimeline.class).orElseThrow().writeHtml(Path.of("memory.html"));
    }
    // end: parts
  }

  static void typedMemory(DeviceContext gpu, Stream stream) {
    // begin: typedMemory
    try (FloatMemory weights = gpu.floats(new float[] {1, 2, 3, 4});
        FloatMemory copy = gpu.floats(4);
        HostMemory pinned = gpu.hostMemory(16)) {
      copy.copyFrom(weights, stream); // on the device, also between devices
      copy.slice(2, 2).fill(0, stream);
      copy.copyTo(pinned, stream); // goes on while the program does
      stream.synchronize();
      System.out.println(pinned.buffer().asFloatBuffer().get(1));
      System.out.println(Arrays.toString(copy.toArray()));
    }
    // end: typedMemory
  }

  static void kernels(DeviceContext gpu, Stream stream, String source, int n, FloatMemory x) {
    // begin: kernels
    CompileOptions options = CompileOptions.DEFAULT.define("TILE", 32).kernel("scale<float>");
    try (Module module = gpu.compile("scale.cu", source, options)) {
      Kernel scale = module.kernel("scale<float>");
      LaunchConfig shape = scale.gridFor(n).withSharedMemory(32 * 1024);
      scale.launch(stream, shape, n, 0.5f, x);

      PreparedLaunch prepared = scale.prepare(shape, n, 0.5f, x);
      for (int step = 0; step < 1000; step++) {
        prepared.set(1, 1f / (step + 1)).launch(stream); // makes no Java objects
      }
    }
    // end: kernels
  }

  static void streams(
      Stream upload,
      Stream compute,
      Kernel scale,
      LaunchConfig shape,
      int n,
      float[] hostX,
      FloatMemory x) {
    // begin: streams
    Event start = upload.record();
    x.copyFrom(hostX, upload);
    scale.launch(compute, shape, n, 0.5f, x); // waits for the copy by itself
    x.copyTo(hostX, compute);
    Event end = compute.record();
    compute.onDone().thenRun(() -> System.out.println("done"));
    compute.synchronize();
    System.out.println(end.elapsedSince(start));
    // end: streams
  }

  static void graphs(Stream stream, Kernel scale, LaunchConfig shape, int n, FloatMemory x) {
    // begin: graphs
    try (Graph graph =
            stream.capture(
                () -> {
                  scale.launch(stream, shape, n, 0.5f, x);
                  scale.launch(stream, shape, n, 2.0f, x);
                });
        ExecutableGraph step = graph.instantiate()) {
      for (int i = 0; i < 1000; i++) {
        step.launch(stream);
      }
    }
    // end: graphs
  }

  private static void useTheCpu() {}

  private static void train(Object with) {
    Objects.requireNonNull(with);
  }

  private static void trainWith(int batch) {
    Objects.checkIndex(0, batch);
  }

  private interface Cache {
    boolean evict(long bytes);
  }
}

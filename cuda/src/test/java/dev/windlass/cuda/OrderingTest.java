package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.windlass.cuda.fake.FakeCuda;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Work on several streams has the result that it has one after another. */
class OrderingTest {
  private static final int BUFFERS = 4;
  private static final int LENGTH = 64;
  private static final int STREAMS = 3;
  private static final int STEPS = 60;

  @Property(tries = 40)
  void randomPrograms_haveTheResultOfOneAfterAnother(@ForAll Random random) {
    assertThat(differences(random, Ordering.AUTOMATIC)).isEmpty();
  }

  @Property(tries = 20)
  void randomProgramsOrderedByHand_haveIt_ifEachStepWaitsForTheLast(@ForAll Random random) {
    assertThat(differences(random, Ordering.MANUAL, true)).isEmpty();
  }

  @Test
  void withoutOrdering_theResultIsAnother() {
    List<String> differences = new ArrayList<>();
    for (int seed = 0; seed < 20 && differences.isEmpty(); seed++) {
      differences.addAll(differences(new Random(seed), Ordering.MANUAL));
    }
    assertThat(differences).isNotEmpty();
  }

  private static String ptx() {
    try {
      return Files.readString(Path.of("src/test/resources/kernels/plain.ptx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> differences(Random random, Ordering ordering) {
    return differences(random, ordering, false);
  }

  /** Runs a random program on the device and in arrays; returns what differs. */
  private static List<String> differences(Random random, Ordering ordering, boolean byHand) {
    try (Cuda cuda = GpuCase.open();
        DeviceContext gpu = cuda.device(0).context(MemoryGrowth.grow(), ordering)) {
      Program program = new Program(gpu, random, byHand);
      program.run();
      return program.differences;
    } finally {
      FakeCuda.delay(0);
    }
  }

  /** The device's side and the arrays' side, step by step. */
  private static final class Program {
    private final DeviceContext gpu;
    private final Random random;
    private final boolean byHand;
    private final List<String> differences = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final FloatMemory[] memory = new FloatMemory[BUFFERS];
    private final float[][] expected = new float[BUFFERS][LENGTH];
    private final HostMemory host;
    private final float[] hostExpected = new float[LENGTH];
    private final Stream[] streams = new Stream[STREAMS];
    private final Module module;
    private final Kernel saxpy;

    Program(DeviceContext gpu, Random random, boolean byHand) {
      this.gpu = gpu;
      this.random = random;
      this.byHand = byHand;
      module = gpu.load(ptx());
      saxpy = module.kernel("saxpy");
      Arrays.setAll(streams, i -> gpu.newStream());
      host = gpu.hostMemory(4 * LENGTH);
      for (int i = 0; i < LENGTH; i++) {
        host.buffer().putFloat(4 * i, 0);
      }
      for (int i = 0; i < BUFFERS; i++) {
        memory[i] = gpu.floats(LENGTH);
        memory[i].fill(0);
      }
    }

    void run() {
      FakeCuda.delay(40);
      Stream before = null;
      for (int step = 0; step < STEPS; step++) {
        Stream stream = streams[random.nextInt(STREAMS)];
        if (byHand && before != null && before != stream) {
          stream.waitFor(before);
        }
        before = stream;
        if (random.nextInt(8) == 0) {
          FakeCuda.delay(random.nextInt(120));
        }
        step(step, stream);
      }
      for (int i = 0; i < BUFFERS; i++) {
        if (byHand) {
          gpu.synchronize();
        }
        compare("at the end", i, memory[i].toArray());
      }
      module.close();
    }

    private void step(int step, Stream stream) {
      int a = random.nextInt(BUFFERS);
      int b = (a + 1 + random.nextInt(BUFFERS - 1)) % BUFFERS;
      int from = random.nextInt(LENGTH);
      int length = random.nextBoolean() ? LENGTH - from : 1 + random.nextInt(LENGTH - from);
      int to = random.nextInt(LENGTH - length + 1);
      int kind = random.nextInt(14);
      log.add("%d: %d %d->%d [%d +%d] %d".formatted(step, kind, a, b, from, length, to));
      switch (kind) {
        case 0, 1 -> {
          memory[a].slice(from, length).fill(step, stream);
          Arrays.fill(expected[a], from, from + length, step);
        }
        case 2, 3 -> {
          memory[b].slice(to, length).copyFrom(memory[a].slice(from, length), stream);
          System.arraycopy(expected[a], from, expected[b], to, length);
        }
        case 4, 5 -> {
          memory[b].copyFrom(memory[a], stream);
          expected[b] = expected[a].clone();
        }
        case 6, 7 -> {
          saxpy.launch(stream, LaunchConfig.of(1, LENGTH), LENGTH, 2f, memory[a], memory[b]);
          addTwice(a, b);
        }
        case 8 -> {
          float[] array = new float[length];
          Arrays.fill(array, random.nextInt(100));
          memory[a].slice(from, length).copyFrom(array, stream);
          System.arraycopy(array, 0, expected[a], from, length);
          Arrays.fill(array, -1);
        }
        case 9 -> compare("step " + step, a, read(memory[a], stream));
        case 10 -> {
          if (random.nextBoolean()) {
            memory[a].copyTo(host, stream);
            System.arraycopy(expected[a], 0, hostExpected, 0, LENGTH);
          } else {
            memory[a].copyFrom(host, stream);
            expected[a] = hostExpected.clone();
          }
        }
        case 11, 12 -> replace(a, stream);
        default -> graph(a, b, stream);
      }
    }

    private void addTwice(int x, int y) {
      for (int i = 0; i < LENGTH; i++) {
        expected[y][i] += 2 * expected[x][i];
      }
    }

    private void graph(int a, int b, Stream stream) {
      int c = random.nextInt(BUFFERS);
      try (Graph graph =
              stream.capture(
                  () -> {
                    saxpy.launch(
                        stream, LaunchConfig.of(1, LENGTH), LENGTH, 2f, memory[a], memory[b]);
                    memory[c].slice(1, 7).fill(c, stream);
                  });
          ExecutableGraph work = graph.instantiate()) {
        work.launch(stream);
      }
      addTwice(a, b);
      Arrays.fill(expected[c], 1, 8, c);
    }

    private float[] read(FloatMemory from, Stream stream) {
      float[] array = new float[LENGTH];
      from.copyTo(array, stream);
      return array;
    }

    /** New memory, or a new stream, in the place of one that has work to do. */
    private void replace(int a, Stream stream) {
      if (random.nextBoolean()) {
        memory[a].close();
        memory[a] = random.nextBoolean() ? gpu.floats(LENGTH) : gpu.floats(LENGTH, stream);
        memory[a].fill(7, stream);
        Arrays.fill(expected[a], 7);
      } else if (!byHand) {
        int i = Arrays.asList(streams).indexOf(stream);
        stream.close();
        streams[i] = gpu.newStream();
      }
    }

    private void compare(String when, int buffer, float[] actual) {
      if (!Arrays.equals(actual, expected[buffer])) {
        differences.add(
            "%s, buffer %d: %s instead of %s after %s"
                .formatted(
                    when, buffer, Arrays.toString(actual), Arrays.toString(expected[buffer]), log));
      }
    }
  }

  @Test
  void oneStream_waitsForNothing_andAllocatesNothing() {
    try (Cuda cuda = GpuCase.open();
        DeviceContext gpu = cuda.device(0).context(MemoryGrowth.grow());
        Stream stream = gpu.newStream();
        IntMemory x = gpu.ints(64);
        IntMemory y = gpu.ints(64)) {
      x.fill(1, stream);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      FakeCuda.failAt("cuStreamWaitEvent", 1, 1);
      long allocated = Long.MAX_VALUE;
      int rounds = 20_000;
      for (int attempt = 0; attempt < 3; attempt++) { // the first one warms up
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < rounds; i++) {
          stream.begin("nothing");
          x.beforeRead(stream);
          y.beforeWrite(stream);
          stream.end();
        }
        allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      }
      assertThat(allocated).as("bytes in %d rounds", rounds).isLessThan(rounds);
      assertThat(FakeCuda.live(FakeCuda.Kind.EVENT)).isZero();
    }
  }
}

package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.ptx.KernelSignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels, from PTX that NVRTC made, over the fake driver. */
class KernelTest extends GpuCase {
  private Module plain;
  private Stream stream;

  static String ptx(String name) {
    try {
      return Files.readString(Path.of("src/test/resources/kernels", name + ".ptx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void load() {
    plain = gpu.load(ptx("plain"));
    stream = gpu.newStream();
  }

  /** Twice is allowed, but not where the compiler sees it. */
  private static void close(DeviceMemory memory) {
    memory.close();
  }

  @AfterEach
  void closeStream() {
    if (stream != null) {
      stream.close();
    }
  }

  private static ByteBuffer lastArguments() {
    byte[] bytes = new byte[FakeCuda.launchArgumentBytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = FakeCuda.launchArgument(i);
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @Test
  void saxpy_computes() {
    int n = 1000;
    float[] ones = new float[n];
    java.util.Arrays.fill(ones, 1);
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n)) {
      x.copyFrom(ones, stream);
      y.copyFrom(ones, stream);
      Kernel saxpy = plain.kernel("saxpy");
      saxpy.launch(stream, saxpy.gridFor(n), n, 2.0f, x, y);
      float[] result = new float[n];
      y.copyTo(result, stream);
      assertThat(result).containsOnly(3);
    }
  }

  @Test
  void numbersOfAllWidths_standWhereTheAbiHasThem() {
    try (LongMemory out = gpu.longs(1)) {
      Kernel widths = plain.kernel("widths");
      widths.launch(
          stream, LaunchConfig.of(1, 1), (byte) -1, (short) -2, -3, -4L, 5.5f, -6.5, true, out);
      stream.synchronize();
      ByteBuffer block = lastArguments();
      assertThat(block.capacity()).isEqualTo(48);
      assertThat(block.get(0)).isEqualTo((byte) -1);
      assertThat(block.getShort(2)).isEqualTo((short) -2);
      assertThat(block.getInt(4)).isEqualTo(-3);
      assertThat(block.getLong(8)).isEqualTo(-4);
      assertThat(block.getFloat(16)).isEqualTo(5.5f);
      assertThat(block.getDouble(24)).isEqualTo(-6.5);
      assertThat(block.get(32)).isEqualTo((byte) 1);
      assertThat(block.getLong(40)).isEqualTo(out.address());
    }
  }

  record Point(float x, float y) {}

  record Mixed(byte tag, double weight, Point at, short more) {}

  record View(FloatMemory data, long length) {}

  @SuppressWarnings("ArrayRecordComponent") // that is what is tested
  record Table(int[] rows) {}

  record Empty() {}

  @Test
  void records_areStructs() {
    Module structs = gpu.load(ptx("structs"));
    try (FloatMemory out = gpu.floats(1);
        DoubleMemory wide = gpu.doubles(1);
        IntMemory ints = gpu.ints(1)) {
      LaunchConfig one = LaunchConfig.of(1, 1);
      structs
          .kernel("mixed")
          .launch(
              stream,
              one,
              (byte) 7,
              new Mixed((byte) 1, 2.5, new Point(3, 4), (short) 5),
              6f,
              wide);
      ByteBuffer block = lastArguments();
      assertThat(block.get(8)).isEqualTo((byte) 1);
      assertThat(block.getDouble(16)).isEqualTo(2.5);
      assertThat(block.getFloat(24)).isEqualTo(3);
      assertThat(block.getFloat(28)).isEqualTo(4);
      assertThat(block.getShort(32)).isEqualTo((short) 5);
      assertThat(block.getFloat(40)).isEqualTo(6);

      structs.kernel("view").launch(stream, one, new View(out, 9), out);
      assertThat(lastArguments().getLong(0)).isEqualTo(out.address());
      assertThat(lastArguments().getLong(8)).isEqualTo(9);

      structs.kernel("table").launch(stream, one, new Table(new int[16]), 3, ints);
      structs.kernel("empty").launch(stream, one, new Empty(), ints);
      structs.kernel("point").launch(stream, one, new byte[] {0, 0, 0, 0, 0, 0, 0, 1}, out);
      assertThat(lastArguments().get(7)).isEqualTo((byte) 1);

      assertInvalid(
          () -> structs.kernel("point").launch(stream, one, new View(out, 1), out),
          "parameter 0 is struct of 8 bytes",
          "the record View, which is a struct of 16 bytes aligned to 8");
      assertInvalid(
          () -> structs.kernel("table").launch(stream, one, new Table(new int[15]), 3, ints),
          "a struct of 60 bytes");
      assertInvalid(
          () -> structs.kernel("point").launch(stream, one, new byte[7], out), "of 7 bytes");

      PreparedLaunch view = structs.kernel("view").prepare(one, new View(out, 9), out);
      FloatMemory closed = gpu.floats(1);
      closed.close();
      assertInvalid(() -> view.set(0, new View(closed, 1)), "the memory of 1 floats is closed");
      view.launch(stream);
      assertThat(lastArguments().getLong(8)).as("the argument is as it was").isEqualTo(9);
    }
  }

  record Named(String name) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          saxpy | 1                   | takes 4 arguments (int, float, float*, float*), and 1 argument was given
          saxpy | 1L; 2f; x; x        | parameter 0 is int, and the long 1 was given
          saxpy | 1f; 2f; x; x        | parameter 0 is int, and the float 1.0 was given. Pass an int
          saxpy | 1; 2; x; x          | parameter 1 is float, and the int 2 was given. Pass a float
          saxpy | 1; 2.0; x; x        | parameter 1 is float, and the double 2.0 was given
          saxpy | 1; 2f; 3; x         | parameter 2 is float* (read), and the int 3 was given. Pass a FloatMemory
          saxpy | 1; 2f; 3L; x        | parameter 2 is float* (read), and the long 3 was given
          saxpy | 1; 2f; x; i         | parameter 3 is float* (read and written), and an IntMemory was given. Pass a FloatMemory, or KernelArgument.untyped
          saxpy | 1; 2f; x; d         | and a DoubleMemory was given
          saxpy | 1; 2f; x; null      | parameter 3 is float* (read and written), and null was given
          saxpy | 1; 2f; x; name      | its component name is a String, which C does not have
          saxpy | x; 2f; x; x         | parameter 0 is int, and a FloatMemory was given
          saxpy | 1; 2f; x; closed    | the memory of 4 floats is closed
          saxpy | 1; 2f; x; other     | of another context
          widths | b; 1; 2; 3L; 4f; 5.0; true; l | parameter 1 is short, and the int 1 was given. Pass a short or char
          """)
  void argumentThatDoesNotFit_isSaid(String kernel, String arguments, String message) {
    try (FloatMemory x = gpu.floats(4);
        IntMemory i = gpu.ints(4);
        DoubleMemory d = gpu.doubles(4);
        LongMemory l = gpu.longs(4);
        FloatMemory closed = gpu.floats(4);
        DeviceContext second = cuda.device(1).context(MemoryGrowth.grow());
        FloatMemory other = second.floats(4)) {
      close(closed);
      Object[] values =
          java.util.Arrays.stream(arguments.split("; "))
              .map(
                  text ->
                      switch (text) {
                        case "x" -> x;
                        case "i" -> i;
                        case "d" -> d;
                        case "l" -> l;
                        case "b" -> (byte) 1;
                        case "closed" -> closed;
                        case "other" -> other;
                        case "null" -> null;
                        case "true" -> true;
                        case "name" -> new Named("a");
                        default ->
                            text.endsWith("L")
                                ? (Object) Long.valueOf(text.replace("L", ""))
                                : text.endsWith("f")
                                    ? (Object) Float.valueOf(text)
                                    : text.contains(".")
                                        ? (Object) Double.valueOf(text)
                                        : (Object) Integer.valueOf(text);
                      })
              .toArray();
      long before = FakeCuda.launches();
      InvalidUseException e =
          catchThrowableOfType(
              InvalidUseException.class,
              () -> plain.kernel(kernel).launch(stream, LaunchConfig.of(1, 1), values));
      assertThat(e.getMessage()).contains(message);
      assertThat(FakeCuda.launches()).isEqualTo(before);
    }
  }

  @Test
  void memoryOfAnotherType_isTaken_ifSaidSo() {
    try (FloatMemory x = gpu.floats(4);
        IntMemory ints = gpu.ints(4);
        ByteMemory bytes = gpu.bytes(16)) {
      Kernel saxpy = plain.kernel("saxpy");
      LaunchConfig one = LaunchConfig.of(1, 4);
      saxpy.launch(stream, one, 4, 1f, KernelArgument.untyped(ints), bytes);
      assertThat(lastArguments().getLong(8)).isEqualTo(ints.address());
      saxpy.launch(stream, one, 0, 1f, KernelArgument.nullPointer(), x);
      assertThat(lastArguments().getLong(8)).isZero();
      saxpy.launch(stream, one, 0, 1f, KernelArgument.address(x.address()), x);
      assertThat(lastArguments().getLong(8)).isEqualTo(x.address());
      assertInvalid(
          () -> saxpy.launch(stream, one, 0, KernelArgument.nullPointer(), x, x),
          "parameter 1 is float, and an address was given");
    }
  }

  @Test
  void launchesOnOtherStreams_waitForWhatTheyConflictWith() {
    int n = 256;
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n);
        FloatMemory z = gpu.floats(n);
        Stream second = gpu.newStream()) {
      x.fill(1);
      y.fill(0);
      z.fill(0);
      gpu.synchronize();
      FakeCuda.delay(3000);
      Kernel saxpy = plain.kernel("saxpy");
      LaunchConfig grid = saxpy.gridFor(n);
      for (int i = 0; i < 4; i++) {
        saxpy.launch(stream, grid, n, 1f, x, y); // y += x
        saxpy.launch(second, grid, n, 1f, y, z); // z += y
      }
      FakeCuda.delay(0);
      assertThat(z.toArray()).containsOnly(1 + 2 + 3 + 4);
      assertThat(y.toArray()).containsOnly(4);
    }
  }

  @Test
  void launchesOnOtherStreams_doNotWaitForWhatBothOnlyRead() {
    int n = 64;
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n);
        FloatMemory z = gpu.floats(n);
        Stream second = gpu.newStream()) {
      gpu.synchronize();
      FakeCuda.failAt("cuStreamWaitEvent", 1, CudaError.INVALID_VALUE.code());
      Kernel saxpy = plain.kernel("saxpy");
      LaunchConfig grid = saxpy.gridFor(n);
      saxpy.launch(stream, grid, n, 1f, x, y);
      saxpy.launch(second, grid, n, 1f, x, z);
      CudaException e =
          catchThrowableOfType(CudaException.class, () -> saxpy.launch(second, grid, n, 1f, x, y));
      assertThat(e.call()).isEqualTo("cuStreamWaitEvent");
    }
  }

  @Test
  void preparedLaunch_isLaunchedManyTimes_withOtherArguments() {
    int n = 64;
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n)) {
      x.fill(1);
      y.fill(0);
      PreparedLaunch launch = plain.kernel("saxpy").prepare(LaunchConfig.of(1, n), n, 1f, x, y);
      launch.launch(stream);
      launch.set(1, 10f).launch(stream);
      launch.set(0, n / 2).config(LaunchConfig.of(2, n)).launch(stream);
      stream.synchronize();
      assertThat(FakeCuda.launchShape(0)).isEqualTo(2);
      assertThat(y.toArray()).startsWith(21, 21).endsWith(11, 11);
      assertInvalid(() -> launch.set(1, 2.0), "parameter 1 is float, and the double 2.0 was given");
      assertInvalid(() -> launch.set(4, 2), "there is no parameter 4");
      assertInvalid(() -> launch.set(-1, 2), "there is no parameter -1");
      launch.launch(stream);
      assertThat(y.toArray()).as("the argument is as it was").startsWith(31, 31);
      close(x);
      assertInvalid(() -> launch.launch(stream), "the memory of 64 floats is closed");
      launch.set(2, y).launch(stream);
    }
  }

  @Test
  void preparedLaunchWithoutArguments_saysWhatWasNeverSet() {
    PreparedLaunch launch = plain.kernel("fill").prepare(LaunchConfig.of(1, 1));
    launch.set(1, 1).set(2, 1);
    assertInvalid(() -> launch.launch(stream), "parameter 0, int* (written), was never set");
  }

  @Test
  void preparedLaunch_makesNoGarbage() {
    int n = 16;
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n)) {
      Kernel saxpy = plain.kernel("saxpy");
      PreparedLaunch launch = saxpy.prepare(LaunchConfig.of(1, n), n, 1f, x, y);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long thread = Thread.currentThread().getId();
      int rounds = 5000;
      long allocated = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 3; attempt++) { // the first one warms up
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < rounds; i++) {
          launch.set(0, i % n).set(1, 0.5f).set(2, x);
          launch.launch(stream);
        }
        allocated = threads.getThreadAllocatedBytes(thread) - before;
        stream.synchronize();
      }
      assertThat(allocated).as("bytes in %d rounds", rounds).isLessThan(rounds);
    }
  }

  @Test
  void unknownKernel_isSaid_withThoseThatAreThere() {
    assertInvalid(
        () -> plain.kernel("saxpi"),
        "looking for kernel 'saxpi' in PTX",
        "but these: saxpy, fill, none");
    plain.close();
    assertInvalid(() -> plain.kernel("saxpy"), "the module is closed");
  }

  @Test
  void kernelOfAClosedModule_isNotLaunched() {
    Kernel none = plain.kernel("none");
    none.launch(stream, LaunchConfig.of(1, 1));
    plain.close();
    plain.close();
    assertInvalid(() -> none.launch(stream, LaunchConfig.of(1, 1)), "the module is closed");
    assertInvalid(() -> none.gridFor(1), "the module is closed");
  }

  @Test
  void cppNames_areFound() {
    Module names = gpu.load(ptx("names"));
    assertThat(names.kernel("simple").signature().name()).isEqualTo("_Z6simpleifPKfPf");
    assertThat(names.kernel("math::scale").name()).isEqualTo("math::scale");
    assertThat(names.kernel("_Z6punnedPf")).hasToString("punned(float* (read and written))");
    assertInvalid(
        () -> names.kernel("times"),
        "there are several: _Z5timesIfLi4EEvPT_PKS0_, _Z5timesIyLin1EEvPT_PKS0_");
    try (FloatMemory x = gpu.floats(1);
        IntMemory i = gpu.ints(1)) {
      assertInvalid(
          () -> names.kernel("punned").launch(stream, LaunchConfig.of(1, 1), i),
          "parameter 0 is float* (read and written), and an IntMemory was given");
      names.kernel("punned").launch(stream, LaunchConfig.of(1, 1), x);
      assertInvalid(
          () -> names.kernel("all").launch(stream, LaunchConfig.of(1, 1), allWith(x)),
          "parameter 11 is unsigned long long, and a FloatMemory was given");
    }
  }

  private static Object[] allWith(FloatMemory x) {
    byte b = 1;
    short s = 1;
    return new Object[] {true, b, b, b, s, s, 1, 1, 1L, 1L, 1L, x, 1f, 1.0, x};
  }

  @Test
  void streamThatIsNull_closedOrOfAnotherContext_isSaid() {
    Kernel none = plain.kernel("none");
    LaunchConfig one = LaunchConfig.of(1, 1);
    assertInvalid(() -> none.launch(null, one), "the stream is null");
    stream.close();
    assertInvalid(() -> none.launch(stream, one), "the stream is closed");
    try (DeviceContext other = cuda.device(1).context(MemoryGrowth.grow());
        Stream foreign = other.newStream()) {
      assertInvalid(() -> none.launch(foreign, one), "the stream belongs to another context");
      PreparedLaunch launch = none.prepare(one);
      assertInvalid(() -> launch.launch(foreign), "the stream belongs to another context");
    }
  }

  @Test
  void refusedLaunch_isTheDriversError() {
    FakeCuda.failAt("cuLaunchKernel", 1, CudaError.LAUNCH_OUT_OF_RESOURCES.code());
    Kernel none = plain.kernel("none");
    CudaException e =
        catchThrowableOfType(CudaException.class, () -> none.launch(stream, LaunchConfig.of(1, 1)));
    assertThat(e.error()).contains(CudaError.LAUNCH_OUT_OF_RESOURCES);
    none.launch(stream, LaunchConfig.of(1, 1));
  }

  @Test
  void signatureByHand_isUsed() {
    KernelSignature byHand =
        KernelSignature.parse("saxpy", "int n, const float a, const float *x, float* y");
    Kernel saxpy = plain.kernel(byHand);
    assertThat(saxpy)
        .hasToString("saxpy(int, float, const float* (read), float* (read and written))");
    try (FloatMemory x = gpu.floats(4)) {
      saxpy.launch(stream, LaunchConfig.of(1, 4), 4, 1f, x, x);
      assertThat(lastArguments().getLong(16)).isEqualTo(x.address());
    }
    assertInvalid(() -> plain.kernel(KernelSignature.parse("saxpi", "")), "there is none of that");
  }

  @Test
  void capturedLaunch_isInTheGraph_asLongAsItsModuleIsOpen() {
    int n = 32;
    try (FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n)) {
      x.fill(1);
      y.fill(0);
      PreparedLaunch launch = plain.kernel("saxpy").prepare(LaunchConfig.of(1, n), n, 1f, x, y);
      try (Graph graph =
              stream.capture(
                  () -> {
                    launch.launch(stream);
                    launch.launch(stream);
                  });
          ExecutableGraph executable = graph.instantiate()) {
        executable.launch(stream);
        executable.launch(stream);
        assertThat(y.toArray()).containsOnly(4);
        plain.close();
        assertInvalid(() -> executable.launch(stream), "closed");
      }
    }
  }

  @Test
  void gridFor_coversAllElements() {
    Kernel fill = plain.kernel("fill");
    LaunchConfig grid = fill.gridFor(1025);
    assertThat(grid.blockX()).isEqualTo(1024);
    assertThat(grid.gridX()).isEqualTo(2);
    assertThat(fill.gridFor(0).gridX()).isEqualTo(1);
    LaunchConfig plane = fill.gridFor(100, 65);
    assertThat(List.of(plane.blockX(), plane.blockY())).containsExactly(32, 32);
    assertThat(List.of(plane.gridX(), plane.gridY())).containsExactly(4, 3);
    assertInvalid(() -> fill.gridFor(-1), "there are -1 elements");
    assertInvalid(() -> fill.gridFor(Long.MAX_VALUE), "a grid has 2147483647 at most");
    assertInvalid(() -> fill.gridFor(1, 1L << 30), "a grid has 65535 at most");
  }
}

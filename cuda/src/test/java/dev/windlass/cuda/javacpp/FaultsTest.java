package dev.windlass.cuda.javacpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.fake.FakeCuda;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kernels that fail late, and what is left of a context then; that the fake's kernels run. */
class FaultsTest {
  private static final String CODE =
      """
      .version 7.8
      .target sm_75
      .visible .entry fake_fill(.param .u64 to, .param .u32 n, .param .u32 value) { }
      .visible .entry _Z5saxpyjfPKfPf(.param .u32 n, .param .f32 a, .param .u64 x, .param .u64 y) { }
      .visible .entry fake_add_one(.param .u64 at, .param .u32 n) { }
      .visible .entry fake_copy(.param .u64 to, .param .u64 from, .param .u32 n) { }
      """;

  private CudaDriver driver;
  private long module;
  private long stream;
  private long memory;

  @BeforeEach
  void open() {
    FakeCuda.start();
    driver = JavacppCudaDriver.load();
    driver.initialize();
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    module = driver.loadModule(CODE.getBytes(StandardCharsets.US_ASCII));
    stream = driver.createStream();
    memory = driver.allocate(1024);
  }

  /** Of a lost context nothing can be given back, so all goes with it. */
  @AfterEach
  void close() {
    if (driver != null) {
      driver.setCurrentContext(0);
      driver.releasePrimaryContext(0);
      for (FakeCuda.Kind kind : FakeCuda.Kind.values()) {
        assertThat(FakeCuda.live(kind)).as("%s left", kind).isZero();
      }
      assertThat(FakeCuda.used(0)).as("bytes left").isZero();
    }
  }

  @Test
  void kernelThatFails_showsWhenItsTurnComes_andItsContextIsLost() {
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean later = new AtomicBoolean();
    FakeCuda.failKernelAt(2, 719);
    driver.launchHostFunction(stream, () -> await(go));
    launch("fake_fill", 1, 4, parameters(16).putLong(memory).putInt(4).putInt(7));
    launch("fake_fill", 1, 4, parameters(16).putLong(memory).putInt(4).putInt(8));
    launch("fake_fill", 1, 4, parameters(16).putLong(memory).putInt(4).putInt(9));
    driver.launchHostFunction(stream, () -> later.set(true));
    assertThat(driver.isStreamDone(stream)).isFalse();
    go.countDown();

    assertFatal(719, () -> driver.synchronizeStream(stream));
    assertThat(later).as("a function after the failure").isFalse();
    assertFatal(719, () -> driver.allocate(64));
    assertFatal(719, () -> driver.free(memory));
    assertFatal(719, () -> driver.isStreamDone(stream));
    assertFatal(719, () -> driver.unloadModule(module));
    assertFatal(719, () -> driver.copyToDevice(memory, ByteBuffer.allocateDirect(4)));
    assertThatCode(() -> driver.deviceCount()).doesNotThrowAnyException();

    driver.setCurrentContext(driver.retainPrimaryContext(1));
    driver.free(driver.allocate(64));
    driver.setCurrentContext(0);
    driver.releasePrimaryContext(1);
  }

  @Test
  void lostContext_isAnotherOne_whenItsLastUserHasReleasedIt() {
    FakeCuda.failKernelAt(1, 700);
    launch("fake_fill", 1, 4, parameters(16).putLong(memory).putInt(4).putInt(7));
    assertFatal(700, () -> driver.synchronizeContext());
    driver.releasePrimaryContext(0);
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    driver.free(driver.allocate(64));
  }

  @Test
  void kernelOnMemoryThatIsGone_isAnIllegalAddress() {
    long gone = driver.allocate(64);
    driver.free(gone);
    launch("fake_fill", 1, 4, parameters(16).putLong(gone).putInt(4).putInt(7));
    assertFatal(700, () -> driver.synchronizeStream(stream));
  }

  @Test
  void kernelOnMemoryOfAnotherDevice_isAnIllegalAddress() {
    long here = driver.currentContext();
    driver.setCurrentContext(driver.retainPrimaryContext(1));
    long there = driver.allocate(64);
    driver.setCurrentContext(here);
    launch("fake_fill", 1, 4, parameters(16).putLong(there).putInt(4).putInt(7));
    assertFatal(700, () -> driver.synchronizeStream(stream));
    driver.setCurrentContext(driver.retainPrimaryContext(1));
    driver.free(there);
    driver.releasePrimaryContext(1);
    driver.releasePrimaryContext(1);
  }

  @Test
  void fakeKernels_compute_asFarAsTheirGridReaches() {
    launch("fake_fill", 2, 4, parameters(16).putLong(memory).putInt(100).putInt(1));
    launch("fake_add_one", 1, 3, parameters(12).putLong(memory).putInt(100));
    launch("fake_copy", 1, 8, parameters(20).putLong(memory + 32).putLong(memory).putInt(5));
    driver.synchronizeStream(stream);
    assertThat(ints(memory, 13)).containsExactly(2, 2, 2, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1);

    int two = Float.floatToIntBits(2);
    launch("fake_fill", 1, 8, parameters(16).putLong(memory).putInt(8).putInt(two));
    launch(
        "_Z5saxpyjfPKfPf",
        1,
        4,
        parameters(24).putInt(4).putFloat(3).putLong(memory).putLong(memory + 16));
    driver.synchronizeStream(stream);
    assertThat(ints(memory, 8)).startsWith(two, two, two, two).endsWith(eightTimes(4));
    giveBack();
  }

  @Test
  void forgottenWait_showsInTheResult() {
    long other = driver.createStream();
    long event = driver.createEvent(false);
    CountDownLatch go = new CountDownLatch(1);
    driver.copyToDevice(memory, ByteBuffer.allocateDirect(8));
    driver.launchHostFunction(stream, () -> await(go));
    launch("fake_add_one", 1, 1, parameters(12).putLong(memory).putInt(1));
    driver.recordEvent(event, stream);
    driver.copyOnDeviceAsync(memory + 4, memory, 4, other);
    driver.synchronizeStream(other);
    assertThat(ints(memory, 2)).containsExactly(0, 0);
    driver.streamWaitEvent(other, event);
    driver.copyOnDeviceAsync(memory + 4, memory, 4, other);
    go.countDown();
    driver.synchronizeStream(other);
    assertThat(ints(memory, 2)).containsExactly(1, 1);
    driver.destroyStream(other);
    driver.destroyEvent(event);
    giveBack();
  }

  @Test
  void hostFunction_thatCallsCuda_isRefused() {
    int[] code = {0};
    driver.launchHostFunction(
        stream,
        () -> code[0] = catchThrowableOfType(CudaException.class, () -> driver.free(0)).code());
    driver.synchronizeStream(stream);
    assertThat(code[0]).isEqualTo(800);
    giveBack();
  }

  private void giveBack() {
    driver.free(memory);
    driver.destroyStream(stream);
    driver.unloadModule(module);
  }

  private void launch(String kernel, int blocks, int threads, ByteBuffer parameters) {
    byte[] bytes = new byte[parameters.position()];
    parameters.get(0, bytes);
    driver.launch(
        driver.function(module, kernel),
        blocks,
        1,
        1,
        threads,
        1,
        1,
        0,
        stream,
        bytes,
        bytes.length);
  }

  private static int[] eightTimes(int count) {
    int[] values = new int[count];
    Arrays.fill(values, Float.floatToIntBits(8));
    return values;
  }

  private int[] ints(long address, int count) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder());
    driver.copyToHost(buffer, address);
    int[] values = new int[count];
    buffer.asIntBuffer().get(values);
    return values;
  }

  private static ByteBuffer parameters(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static void assertFatal(int code, ThrowingCallable call) {
    CudaFatalException e = catchThrowableOfType(CudaFatalException.class, call);
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(code);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.windlass.cuda.javacpp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.windlass.cuda.driver.CaptureMode;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.FunctionAttribute;
import dev.windlass.cuda.driver.PoolAttribute;
import dev.windlass.cuda.fake.FakeCuda;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be seen of native calls only from the other side. */
class NativeCallsTest {
  private static final String TWO = ".version 7.8\n.entry two(.param .u8 a, .param .u32 b)\n{\n}\n";

  private CudaDriver driver;
  private long module;

  @BeforeEach
  void open() {
    FakeCuda.start();
    driver = JavacppCudaDriver.load();
    driver.initialize();
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    module = driver.loadModule(".version 7.8\n.entry probe()".getBytes(StandardCharsets.US_ASCII));
  }

  @AfterEach
  void close() {
    if (driver != null) {
      driver.unloadModule(module);
      driver.setCurrentContext(0);
      driver.releasePrimaryContext(0);
    }
  }

  @Test
  void launch_handsOverShapeAndParameters_alsoMoreThanTheFirstPlaceHolds() {
    long probe = driver.function(module, "probe");
    byte[] parameters = {1, -2, 3, 99};
    driver.launch(probe, 2, 3, 4, 5, 6, 7, 8, 0, parameters, 3);
    for (int i = 0; i < 7; i++) {
      assertThat(FakeCuda.launchShape(i)).isEqualTo(i + 2 > 8 ? 8 : i + 2);
    }
    assertThat(FakeCuda.launchArgumentBytes()).isEqualTo(3);
    assertThat(FakeCuda.launchArgument(1)).isEqualTo((byte) -2);
    driver.launch(probe, 1, 1, 1, 1, 1, 1, 0, 0, new byte[0], 0);
    assertThat(FakeCuda.launchArgumentBytes()).isZero();

    byte[] many = new byte[4100];
    many[4099] = 7;
    CudaException tooMany =
        catchThrowableOfType(
            CudaException.class, () -> driver.launch(probe, 1, 1, 1, 1, 1, 1, 0, 0, many, 4100));
    assertThat(tooMany.code()).isEqualTo(CudaError.INVALID_VALUE.code());
    driver.launch(probe, 1, 1, 1, 1, 1, 1, 0, 0, parameters, 4);
    assertThat(FakeCuda.launchArgument(3)).isEqualTo((byte) 99);
  }

  @Test
  void launchEx_handsOverShapeAttributesAndParameters() {
    long probe = driver.function(module, "probe");
    byte[] parameters = {1, -2, 3};
    driver.launchEx(probe, 2, 4, 3, 5, 6, 7, 8, 0, true, 2, 4, 1, parameters, 3);
    int[] shape = {2, 4, 3, 5, 6, 7, 8, 1, 2, 4, 1};
    for (int i = 0; i < shape.length; i++) {
      assertThat(FakeCuda.launchShape(i)).as("number %d", i).isEqualTo(shape[i]);
    }
    assertThat(FakeCuda.launchArgument(1)).isEqualTo((byte) -2);
    driver.launchEx(probe, 2, 4, 3, 5, 6, 7, 8, 0, false, 1, 2, 3, parameters, 0);
    assertThat(FakeCuda.launchShape(7)).isZero();
    assertThat(FakeCuda.launchShape(10)).isEqualTo(3);
    assertThat(FakeCuda.launchArgumentBytes()).isZero();
    driver.launchEx(probe, 1, 1, 1, 1, 1, 1, 0, 0, false, 0, 0, 0, parameters, 3);
    assertThat(FakeCuda.launchShape(8)).isZero();
  }

  @Test
  void callsOfTheHotPath_makeNoGarbage() {
    long probe = driver.function(module, "probe");
    long pool = driver.defaultMemoryPool(0);
    driver.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, Long.MAX_VALUE);
    long event = driver.createEvent(false);
    byte[] parameters = new byte[16];
    long[] two = new long[2];
    ByteBuffer buffer = driver.allocateHost(16);
    long host = driver.hostAddress(buffer);
    long memory = driver.allocate(32);
    long context = driver.currentContext();
    long graph = graph(probe);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    int rounds = 5000;
    long allocated = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 3; attempt++) { // the first one warms up
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < rounds; i++) {
        driver.launch(probe, 1, 1, 1, 32, 1, 1, 0, 0, parameters, 16);
        driver.launchEx(probe, 2, 1, 1, 32, 1, 1, 0, 0, true, 2, 1, 1, parameters, 16);
        driver.functionParameter(probe, 0, two);
        driver.freeToPool(driver.allocateFromPool(pool, 512, 0), 0);
        driver.recordEvent(event, 0);
        driver.streamWaitEvent(0, event);
        driver.isEventDone(event);
        driver.fillIntsAsync(0, 0, 0, 0);
        driver.copyToDeviceAsync(memory, host, 16, 0);
        driver.copyToHostAsync(host, memory, 16, 0);
        driver.copyPeerAsync(memory, context, memory + 16, context, 16, 0);
        driver.launchGraph(graph, 0);
      }
      allocated = threads.getThreadAllocatedBytes(thread) - before;
    }
    driver.destroyEvent(event);
    driver.destroyExecutable(graph);
    driver.free(memory);
    driver.freeHost(buffer);
    driver.setPoolAttribute(pool, PoolAttribute.RELEASE_THRESHOLD, 0);
    driver.trimPool(pool, 0);
    assertThat(allocated).as("bytes in %d rounds", rounds).isLessThan(rounds);
  }

  private long graph(long function) {
    long stream = driver.createStream();
    driver.beginCapture(stream, CaptureMode.RELAXED);
    driver.launch(function, 1, 1, 1, 32, 1, 1, 0, stream, new byte[16], 16);
    long graph = driver.endCapture(stream);
    long executable = driver.instantiate(graph);
    driver.destroyGraph(graph);
    driver.destroyStream(stream);
    return executable;
  }

  @Test
  void injectedError_comesAtItsCall_withNameMeaningAndRemedy() {
    FakeCuda.failAt("cuMemAlloc_v2", 2, CudaError.ECC_UNCORRECTABLE.code());
    driver.free(driver.allocate(64));
    CudaException e = catchThrowableOfType(CudaException.class, () -> driver.allocate(64));
    assertThat(e.code()).isEqualTo(214);
    assertThat(e)
        .hasMessage(
            "While calling cuMemAlloc: the driver returned CUDA_ERROR_ECC_UNCORRECTABLE: the"
                + " device's memory had an error that could not be corrected. Replace the GPU.");
    driver.free(driver.allocate(64));
    FakeCuda.failAt("cuMemAlloc_v2", 1, 4711);
    assertThat(catchThrowableOfType(CudaException.class, () -> driver.allocate(64)))
        .hasMessageContaining(
            "the driver returned CUDA_ERROR_OF_TOMORROW: an error that is newer.");
    FakeCuda.failAt("cuMemAlloc_v2", 1, 6000);
    assertThat(catchThrowableOfType(CudaException.class, () -> driver.allocate(64)))
        .hasMessageContaining("the driver returned error 6000.");
  }

  @Test
  void hostFunction_runsOnAThread_thatDoesNotKeepTheJvmAlive() {
    AtomicReference<Thread> thread = new AtomicReference<>();
    driver.launchHostFunction(0, () -> thread.set(Thread.currentThread()));
    driver.synchronizeStream(0);
    assertThat(thread.get()).isNotSameAs(Thread.currentThread());
    assertThat(thread.get().isDaemon()).isTrue();
  }

  @Test
  void launch_alsoTakesAPointerToEachParameter() {
    long other = driver.loadModule(TWO.getBytes(StandardCharsets.US_ASCII));
    BytePointer first = new BytePointer(new byte[] {1});
    BytePointer second = new BytePointer(new byte[] {2, 3, 4, 5});
    int code =
        cudart.cuLaunchKernel(
            new CUfunc_st(at(driver.function(other, "two"))),
            1,
            1,
            1,
            1,
            1,
            1,
            0,
            null,
            new PointerPointer<>(first, second),
            (PointerPointer<?>) null);
    assertThat(code).isZero();
    assertThat(FakeCuda.launchArgumentBytes()).isEqualTo(8);
    assertThat(FakeCuda.launchArgument(0)).isEqualTo((byte) 1);
    assertThat(FakeCuda.launchArgument(7)).isEqualTo((byte) 5);
    driver.unloadModule(other);
  }

  private static Pointer at(long handle) {
    return new Pointer() {
      {
        address = handle;
      }
    };
  }

  @Test
  void instancesOfOneGpu_areDevicesOfTheirOwn_andNoPeers() {
    driver.unloadModule(module);
    driver.releasePrimaryContext(0);
    FakeCuda.poseAsInstances(2, 1 << 20);
    driver.initialize();
    long context = driver.retainPrimaryContext(0);
    driver.setCurrentContext(context);
    assertThat(driver.deviceCount()).isEqualTo(2);
    assertThat(driver.deviceName(1)).isEqualTo("Fake H100 0 MIG 1g.10gb");
    assertThat(driver.deviceUuid(1)).hasToString("b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd0001");
    assertThat(driver.devicePciBusId(1)).isEqualTo(driver.devicePciBusId(0));
    assertThat(driver.deviceTotalMemory(1)).isEqualTo(1 << 20);
    assertThat(driver.canAccessPeer(0, 1)).isFalse();
    long other = driver.retainPrimaryContext(1);
    CudaException e =
        catchThrowableOfType(CudaException.class, () -> driver.enablePeerAccess(other));
    assertThat(e.code()).isEqualTo(CudaError.PEER_ACCESS_UNSUPPORTED.code());
    driver.releasePrimaryContext(1);
    module = driver.loadModule(".version 7.8".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void handlesThatAreClosed_areErrors() {
    long stream = driver.createStream();
    driver.destroyStream(stream);
    CudaException e =
        catchThrowableOfType(CudaException.class, () -> driver.synchronizeStream(stream));
    assertThat(e.code()).isEqualTo(CudaError.INVALID_HANDLE.code());
  }

  @Test
  void numbersOfEnums_areThoseOfTheHeaders() throws ReflectiveOperationException {
    for (CudaError error : CudaError.values()) {
      assertThat(number("CUDA_ERROR_" + error.name())).as("%s", error).isEqualTo(error.code());
    }
    assertThat(
            Arrays.stream(cudart.class.getFields())
                .map(Field::getName)
                .filter(name -> name.startsWith("CUDA_ERROR_")))
        .as("all of the header's")
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CudaError.values()).map(CudaError::toString).toList());
    for (DeviceAttribute a : DeviceAttribute.values()) {
      assertThat(number("CU_DEVICE_ATTRIBUTE_" + a)).as("%s", a).isEqualTo(a.number());
    }
    for (FunctionAttribute a : FunctionAttribute.values()) {
      assertThat(number("CU_FUNC_ATTRIBUTE_" + a)).as("%s", a).isEqualTo(a.number());
    }
    for (PoolAttribute a : PoolAttribute.values()) {
      assertThat(number("CU_MEMPOOL_ATTR_" + a)).as("%s", a).isEqualTo(a.number());
    }
    assertThat(number("CUDA_VERSION"))
        .isEqualTo(
            1000 * dev.windlass.cuda.availability.CudaVersion.TOOLKIT.major()
                + 10 * dev.windlass.cuda.availability.CudaVersion.TOOLKIT.minor());
  }

  private static int number(String name) throws ReflectiveOperationException {
    return cudart.class.getField(name).getInt(null);
  }
}

package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.DeviceAttribute;
import dev.windlass.cuda.driver.FunctionAttribute;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Modules, functions and launches. */
public abstract class ModuleKit extends DriverKit {
  private static final String FILL =
      """
      .version 7.8
      .target sm_75
      .address_size 64
      .visible .entry fill(.param .u64 to, .param .u32 n, .param .u32 value)
      {
        .reg .pred %p;
        .reg .b32 %r<7>;
        .reg .b64 %d<5>;
        ld.param.u64 %d1, [to];
        ld.param.u32 %r1, [n];
        ld.param.u32 %r2, [value];
        mov.u32 %r3, %ctaid.x;
        mov.u32 %r4, %ntid.x;
        mov.u32 %r5, %tid.x;
        mad.lo.u32 %r6, %r3, %r4, %r5;
        setp.ge.u32 %p, %r6, %r1;
        @%p bra DONE;
        cvta.to.global.u64 %d2, %d1;
        mul.wide.u32 %d3, %r6, 4;
        add.u64 %d4, %d2, %d3;
        st.global.u32 [%d4], %r2;
      DONE:
        ret;
      }
      """;

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void launch_runsTheKernel_onItsStream_withItsParameters() {
    long module = driver.loadModule(ascii(FILL));
    long fill = driver.function(module, "fill");
    long stream = driver.createStream();
    long memory = driver.allocate(4 * 1000);
    driver.fillIntsAsync(memory, 0, 1000, stream);
    byte[] parameters = new byte[64];
    ByteBuffer.wrap(parameters)
        .order(ByteOrder.nativeOrder())
        .putLong(memory)
        .putInt(999)
        .putInt(-77);
    driver.launch(fill, 8, 1, 1, 128, 1, 1, 0, stream, parameters, 16);
    parameters[0] = 1; // copied already
    driver.synchronizeStream(stream);
    assertThat(read(memory, 999)).containsOnly(-77);
    assertThat(read(memory + 4 * 999, 1)).containsExactly(0);
    driver.free(memory);
    driver.destroyStream(stream);
    driver.unloadModule(module);
  }

  @Test
  void functionParameters_areListedWithOffsetAndSize_andEnd() {
    long module =
        driver.loadModule(
            ascii(
                """
                .version 7.8
                .target sm_75
                .address_size 64
                .visible .entry several(.param .u8 a, .param .u64 b, .param .align 4 .b8 c[12],
                    .param .f32 d)
                {
                  ret;
                }
                .visible .entry none()
                {
                  ret;
                }
                """));
    long several = driver.function(module, "several");
    long[][] places = {{0, 1}, {8, 8}, {16, 12}, {28, 4}};
    long[] place = new long[2];
    for (int i = 0; i < places.length; i++) {
      assertThat(driver.functionParameter(several, i, place)).isTrue();
      assertThat(place).as("parameter %d", i).isEqualTo(places[i]);
    }
    assertThat(driver.functionParameter(several, 4, place)).isFalse();
    assertThat(driver.functionParameter(driver.function(module, "none"), 0, place)).isFalse();
    driver.unloadModule(module);
  }

  @Test
  void cooperativeLaunch_runs_unlessItsBlocksDoNotFitAtOnce() {
    assumeTrue(driver.deviceAttribute(device, DeviceAttribute.COOPERATIVE_LAUNCH) == 1);
    long module = driver.loadModule(ascii(FILL));
    long fill = driver.function(module, "fill");
    long memory = driver.allocate(4 * 100);
    byte[] parameters = fillParameters(memory, 100, 5);
    driver.launchEx(fill, 2, 1, 1, 64, 1, 1, 0, 0, true, 0, 0, 0, parameters, 16);
    driver.synchronizeContext();
    assertThat(read(memory, 100)).containsOnly(5);
    int most =
        driver.activeBlocksPerMultiprocessor(fill, 64, 0)
            * driver.deviceAttribute(device, DeviceAttribute.MULTIPROCESSOR_COUNT);
    assertFails(
        CudaError.COOPERATIVE_LAUNCH_TOO_LARGE,
        () -> driver.launchEx(fill, most + 1, 1, 1, 64, 1, 1, 0, 0, true, 0, 0, 0, parameters, 16));
    driver.free(memory);
    driver.unloadModule(module);
  }

  @Test
  void clusterLaunch_runs_unlessTheClusterIsTooLarge() {
    assumeTrue(driver.deviceAttribute(device, DeviceAttribute.CLUSTER_LAUNCH) == 1);
    long module = driver.loadModule(ascii(FILL.replace("sm_75", "sm_90")));
    long fill = driver.function(module, "fill");
    long memory = driver.allocate(4 * 256);
    byte[] parameters = fillParameters(memory, 256, 6);
    driver.launchEx(fill, 4, 1, 1, 64, 1, 1, 0, 0, false, 2, 1, 1, parameters, 16);
    driver.synchronizeContext();
    assertThat(read(memory, 256)).containsOnly(6);
    assertThat(driver.activeClusters(fill, 64, 0, 2, 1, 1)).isPositive();
    assertThat(driver.functionAttribute(fill, FunctionAttribute.NON_PORTABLE_CLUSTER_SIZE_ALLOWED))
        .isZero();
    assertFails(
        CudaError.INVALID_CLUSTER_SIZE,
        () -> driver.launchEx(fill, 32, 1, 1, 64, 1, 1, 0, 0, false, 32, 1, 1, parameters, 16));
    driver.free(memory);
    driver.unloadModule(module);
  }

  private static byte[] fillParameters(long to, int count, int value) {
    byte[] parameters = new byte[16];
    ByteBuffer.wrap(parameters)
        .order(ByteOrder.nativeOrder())
        .putLong(to)
        .putInt(count)
        .putInt(value);
    return parameters;
  }

  @Test
  void launch_ofTooLargeABlock_orTooMuchSharedMemory_isAnError() {
    long module = driver.loadModule(ascii(FILL));
    long fill = driver.function(module, "fill");
    byte[] none = fillParameters(0, 0, 0);
    assertFails(
        CudaError.INVALID_VALUE, () -> driver.launch(fill, 1, 1, 1, 1025, 1, 1, 0, 0, none, 16));
    assertFails(
        CudaError.INVALID_VALUE,
        () -> driver.launch(fill, 1, 1, 1, 32, 1, 1, 64 << 10, 0, none, 16));
    driver.setFunctionAttribute(fill, FunctionAttribute.MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10);
    assertThat(driver.functionAttribute(fill, FunctionAttribute.MAX_DYNAMIC_SHARED_SIZE_BYTES))
        .isEqualTo(64 << 10);
    driver.launch(fill, 1, 1, 1, 32, 1, 1, 64 << 10, 0, none, 16);
    driver.synchronizeContext();
    driver.unloadModule(module);
  }

  @Test
  void functionAttributes_andOccupancy_areThoseOfTheKernel() {
    long module = driver.loadModule(ascii(FILL));
    long fill = driver.function(module, "fill");
    assertThat(driver.functionAttribute(fill, FunctionAttribute.MAX_THREADS_PER_BLOCK))
        .isEqualTo(1024);
    assertThat(driver.functionAttribute(fill, FunctionAttribute.NUM_REGS)).isPositive();
    assertThat(driver.functionAttribute(fill, FunctionAttribute.BINARY_VERSION))
        .isGreaterThanOrEqualTo(75);
    assertThat(driver.functionAttribute(fill, FunctionAttribute.SHARED_SIZE_BYTES)).isZero();
    assertThat(driver.functionAttribute(fill, FunctionAttribute.CONST_SIZE_BYTES)).isNotNegative();
    assertThat(driver.functionAttribute(fill, FunctionAttribute.LOCAL_SIZE_BYTES)).isZero();
    assertThat(driver.functionAttribute(fill, FunctionAttribute.PTX_VERSION)).isPositive();
    int small = driver.activeBlocksPerMultiprocessor(fill, 64, 0);
    int large = driver.activeBlocksPerMultiprocessor(fill, 1024, 0);
    assertThat(small).isGreaterThan(large);
    assertThat(large).isPositive();
    int[] gridAndBlock = new int[2];
    driver.bestBlockSize(fill, 0, 256, gridAndBlock);
    assertThat(gridAndBlock[0]).isPositive();
    assertThat(gridAndBlock[1]).isBetween(32, 256);
    driver.unloadModule(module);
  }

  @Test
  void function_thatIsNotThere_isAnError() {
    long module = driver.loadModule(ascii(FILL));
    assertFails(CudaError.NOT_FOUND, () -> driver.function(module, "fil"));
    driver.unloadModule(module);
  }

  @Test
  void code_thatIsNone_orTooNew_isAnError() {
    assertFails(CudaError.INVALID_IMAGE, () -> driver.loadModule(ascii("no code at all")));
    assertFails(
        CudaError.UNSUPPORTED_PTX_VERSION,
        () -> driver.loadModule(ascii(FILL.replace(".version 7.8", ".version 99.0"))));
  }
}

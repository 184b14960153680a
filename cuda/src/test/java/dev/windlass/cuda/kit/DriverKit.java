package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What all parts of the kit share: a driver, and a current context on its first device. */
abstract class DriverKit {
  CudaDriver driver;
  int device;
  long context;

  /** The driver to test; called before each test. It is initialised by the kit. */
  protected abstract CudaDriver driver();

  /** Called after each test, when all is given back that the kit took. */
  protected void afterTest() {}

  @BeforeEach
  final void open() {
    driver = driver();
    driver.initialize();
    device = driver.device(0);
    context = driver.retainPrimaryContext(device);
    driver.setCurrentContext(context);
  }

  @AfterEach
  final void close() {
    if (driver != null) {
      driver.setCurrentContext(0);
      driver.releasePrimaryContext(device);
      afterTest();
    }
  }

  static void assertFails(CudaError error, ThrowingCallable call) {
    CudaException e = catchThrowableOfType(CudaException.class, call);
    assertThat(e).as("expected " + error).isNotNull();
    assertThat(e.code()).isEqualTo(error.code());
    assertThat(e).hasMessageContaining(error.toString()).hasMessageContaining(error.remedy());
  }

  static ByteBuffer ints(int... values) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    for (int value : values) {
      buffer.putInt(value);
    }
    return buffer.flip();
  }

  /** Reads so many ints of device memory. */
  int[] read(long address, int count) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder());
    driver.copyToHost(buffer, address);
    int[] values = new int[count];
    buffer.asIntBuffer().get(values);
    return values;
  }
}

package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceReader;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.DeviceAttribute;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Devices and contexts. */
public abstract class DeviceKit extends DriverKit {
  @Test
  void devices_areDescribed_eachWithItsOwnName() {
    List<DeviceProperties> devices = DeviceReader.readAll(driver);
    assertThat(devices).hasSize(driver.deviceCount()).isNotEmpty();
    assertThat(devices.stream().map(DeviceProperties::uuid)).doesNotHaveDuplicates();
    for (int i = 0; i < devices.size(); i++) {
      DeviceProperties d = devices.get(i);
      assertThat(d.index().value()).isEqualTo(i);
      assertThat(d.name()).isNotBlank().doesNotContain("\0");
      assertThat(d.uuid().value().getMostSignificantBits()).isNotZero();
      assertThat(d.memory().bytes()).isGreaterThan(1 << 20);
      assertThat(d.computeCapability().major()).isGreaterThanOrEqualTo(7);
      assertThat(d.multiprocessors()).isPositive();
      assertThat(d.limits().warpSize()).isEqualTo(32);
      assertThat(d.limits().threadsPerBlock()).isGreaterThanOrEqualTo(1024);
      assertThat(d.limits().sharedMemoryPerBlockOptIn())
          .isGreaterThanOrEqualTo(d.limits().sharedMemoryPerBlock());
    }
  }

  @Test
  void everyAttribute_isKnownToTheDriver() {
    for (DeviceAttribute attribute : DeviceAttribute.values()) {
      assertThat(driver.deviceAttribute(device, attribute)).as("%s", attribute).isNotNegative();
    }
  }

  @Test
  void driverVersion_isAtLeastThatOfTheToolkitsMajorVersion() {
    assertThat(driver.driverVersion()).isGreaterThanOrEqualTo(13000);
  }

  @Test
  void device_thatIsNotThere_isAnError() {
    assertFails(CudaError.INVALID_DEVICE, () -> driver.device(driver.deviceCount()));
    assertFails(CudaError.INVALID_DEVICE, () -> driver.device(-1));
  }

  @Test
  void context_isOneForAll_andCurrentPerThread() throws InterruptedException {
    assertThat(driver.currentContext()).isEqualTo(context);
    assertThat(driver.retainPrimaryContext(device)).isEqualTo(context);
    driver.releasePrimaryContext(device);
    long[] other = {-1};
    Thread thread = new Thread(() -> other[0] = driver.currentContext());
    thread.start();
    thread.join();
    assertThat(other[0]).isZero();
    driver.setCurrentContext(0);
    assertThat(driver.currentContext()).isZero();
    assertFails(CudaError.INVALID_CONTEXT, () -> driver.allocate(64));
  }
}

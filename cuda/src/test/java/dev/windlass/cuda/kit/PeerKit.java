package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.windlass.cuda.driver.CudaError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two devices; skipped where there is one. */
public abstract class PeerKit extends DriverKit {
  private int other;
  private long otherContext;

  @BeforeEach
  void prepare() {
    assumeTrue(driver.deviceCount() > 1, "skipped: there is one device only");
    other = driver.device(1);
    otherContext = driver.retainPrimaryContext(other);
  }

  @AfterEach
  void giveBack() {
    if (otherContext != 0) {
      driver.releasePrimaryContext(other);
    }
  }

  private long allocateOnOther(int... values) {
    driver.setCurrentContext(otherContext);
    long address = driver.allocate(4L * values.length);
    driver.copyToDevice(address, ints(values));
    driver.setCurrentContext(context);
    return address;
  }

  @Test
  void copy_goesFromDeviceToDevice_withoutPeerAccess() {
    long there = allocateOnOther(1, 2);
    long here = driver.allocate(8);
    long stream = driver.createStream();
    driver.copyPeerAsync(here, context, there, otherContext, 8, stream);
    driver.synchronizeStream(stream);
    assertThat(read(here, 2)).containsExactly(1, 2);
    driver.destroyStream(stream);
    driver.free(here);
    driver.setCurrentContext(otherContext);
    driver.free(there);
  }

  @Test
  void device_isNotItsOwnPeer() {
    assertThat(driver.canAccessPeer(device, device)).isFalse();
    assertThat(driver.contextDevice()).isEqualTo(device);
    driver.setCurrentContext(otherContext);
    assertThat(driver.contextDevice()).isEqualTo(other);
  }

  @Test
  void peerAccess_isEnabledAndDisabledOnce_andLetsWorkOnTheOthersMemory() {
    assumeTrue(driver.canAccessPeer(device, other), "skipped: the devices are no peers");
    long there = allocateOnOther(1, 2);
    assertFails(CudaError.PEER_ACCESS_NOT_ENABLED, () -> driver.disablePeerAccess(otherContext));
    driver.enablePeerAccess(otherContext);
    assertFails(CudaError.PEER_ACCESS_ALREADY_ENABLED, () -> driver.enablePeerAccess(otherContext));
    driver.fillIntsAsync(there, 5, 1, 0);
    driver.synchronizeStream(0);
    assertThat(read(there, 2)).containsExactly(5, 2);
    driver.disablePeerAccess(otherContext);
    driver.setCurrentContext(otherContext);
    driver.free(there);
  }

  @Test
  void virtualMemory_isOpenedToTheOtherDevice() {
    assumeTrue(driver.canAccessPeer(device, other), "skipped: the devices are no peers");
    long unit = driver.allocationGranularity(other);
    long base = driver.reserveAddresses(unit);
    long memory = driver.createPhysicalMemory(other, unit);
    driver.map(base, unit, memory);
    driver.openAccess(base, unit, other);
    driver.openAccess(base, unit, device);
    driver.fillIntsAsync(base, 7, 1, 0);
    driver.synchronizeStream(0);
    driver.setCurrentContext(otherContext);
    assertThat(read(base, 1)).containsExactly(7);
    driver.unmap(base, unit);
    driver.releasePhysicalMemory(memory);
    driver.freeAddresses(base, unit);
  }
}

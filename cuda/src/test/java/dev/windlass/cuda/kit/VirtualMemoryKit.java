package dev.windlass.cuda.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaError;
import org.junit.jupiter.api.Test;

/** Addresses and physical memory apart. */
public abstract class VirtualMemoryKit extends DriverKit {
  @Test
  void addresses_growInPlace_andKeepWhatTheyHold() {
    long unit = driver.allocationGranularity(device);
    long base = driver.reserveAddresses(4 * unit);
    assertThat(base % unit).isZero();
    long first = driver.createPhysicalMemory(device, unit);
    driver.map(base, unit, first);
    driver.openAccess(base, unit, device);
    driver.copyToDevice(base + unit - 4, ints(11));

    long second = driver.createPhysicalMemory(device, 2 * unit);
    driver.map(base + unit, 2 * unit, second);
    driver.openAccess(base + unit, 2 * unit, device);
    driver.copyToDevice(base + unit, ints(12));
    assertThat(read(base + unit - 4, 2)).containsExactly(11, 12);

    driver.unmap(base, 3 * unit);
    driver.releasePhysicalMemory(first);
    driver.releasePhysicalMemory(second);
    driver.freeAddresses(base, 4 * unit);
  }

  @Test
  void physicalMemory_keepsItsContents_whereverItIsMapped() {
    long unit = driver.allocationGranularity(device);
    long base = driver.reserveAddresses(2 * unit);
    long memory = driver.createPhysicalMemory(device, unit);
    driver.map(base, unit, memory);
    driver.openAccess(base, unit, device);
    driver.copyToDevice(base, ints(42));
    driver.unmap(base, unit);
    driver.map(base + unit, unit, memory);
    driver.openAccess(base + unit, unit, device);
    assertThat(read(base + unit, 1)).containsExactly(42);
    driver.unmap(base + unit, unit);
    driver.releasePhysicalMemory(memory);
    driver.freeAddresses(base, 2 * unit);
  }

  @Test
  void releasedMemory_goesBack_whenItIsUnmapped() {
    long unit = driver.allocationGranularity(device);
    long[] before = new long[2];
    long[] now = new long[2];
    driver.memoryInfo(before);
    long base = driver.reserveAddresses(8 * unit);
    long memory = driver.createPhysicalMemory(device, 8 * unit);
    driver.map(base, 8 * unit, memory);
    driver.releasePhysicalMemory(memory);
    driver.memoryInfo(now);
    assertThat(before[0] - now[0]).isGreaterThanOrEqualTo(8 * unit);
    driver.unmap(base, 8 * unit);
    driver.memoryInfo(now);
    assertThat(now[0]).isGreaterThanOrEqualTo(before[0]);
    driver.freeAddresses(base, 8 * unit);
  }

  @Test
  void physicalMemory_beyondTheDevice_isOutOfMemory_andOddSizesAreRefused() {
    long unit = driver.allocationGranularity(device);
    long tooMuch = (driver.deviceTotalMemory(device) / unit + 1) * unit;
    assertFails(CudaError.OUT_OF_MEMORY, () -> driver.createPhysicalMemory(device, tooMuch));
    assertFails(CudaError.INVALID_VALUE, () -> driver.createPhysicalMemory(device, unit + 1));
  }

  @Test
  void unmap_ofWhatIsNotMapped_isAnError() {
    long unit = driver.allocationGranularity(device);
    long base = driver.reserveAddresses(unit);
    assertFails(CudaError.INVALID_VALUE, () -> driver.unmap(base, unit));
    driver.freeAddresses(base, unit);
  }
}

package dev.windlass.cuda.driver;

/**
 * Addresses and physical memory apart: a range of addresses is reserved once, physical memory is
 * made, mapped into it, opened for access, unmapped and released. All sizes and addresses are
 * multiples of the device's granularity.
 */
public interface VirtualMemoryCalls {
  /** {@code cuMemGetAllocationGranularity}: the smallest one, in bytes. */
  long allocationGranularity(int device);

  /** {@code cuMemAddressReserve}: where the driver likes; costs no memory of the device. */
  long reserveAddresses(long bytes);

  /** {@code cuMemAddressFree}: the whole reservation, of which nothing is mapped. */
  void freeAddresses(long address, long bytes);

  /** {@code cuMemCreate}: physical memory of a device; the result is a handle, not an address. */
  long createPhysicalMemory(int device, long bytes);

  /** {@code cuMemRelease}: what is still mapped goes back when it is unmapped. */
  void releasePhysicalMemory(long handle);

  /** {@code cuMemMap}: all of the physical memory, to reserved and unmapped addresses. */
  void map(long address, long bytes, long handle);

  /** {@code cuMemUnmap}: one or several whole mappings. */
  void unmap(long address, long bytes);

  /** {@code cuMemSetAccess}: opens mapped memory for reads and writes by a device. */
  void openAccess(long address, long bytes, int device);
}

package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
import static org.bytedeco.cuda.global.cudart.CU_MEM_ALLOCATION_TYPE_PINNED;
import static org.bytedeco.cuda.global.cudart.CU_MEM_ALLOC_GRANULARITY_MINIMUM;
import static org.bytedeco.cuda.global.cudart.CU_MEM_LOCATION_TYPE_DEVICE;
import static org.bytedeco.cuda.global.cudart.cuMemAddressFree;
import static org.bytedeco.cuda.global.cudart.cuMemAddressReserve;
import static org.bytedeco.cuda.global.cudart.cuMemCreate;
import static org.bytedeco.cuda.global.cudart.cuMemGetAllocationGranularity;
import static org.bytedeco.cuda.global.cudart.cuMemMap;
import static org.bytedeco.cuda.global.cudart.cuMemRelease;
import static org.bytedeco.cuda.global.cudart.cuMemSetAccess;
import static org.bytedeco.cuda.global.cudart.cuMemUnmap;

import dev.windlass.cuda.driver.VirtualMemoryCalls;
import org.bytedeco.cuda.cudart.CUmemAccessDesc_v1;
import org.bytedeco.cuda.cudart.CUmemAllocationProp_v1;
import org.bytedeco.javacpp.Pointer;

/** {@link VirtualMemoryCalls} by JavaCPP. */
interface JavacppVirtualMemory extends VirtualMemoryCalls {
  @Override
  default long allocationGranularity(int device) {
    Scratch scratch = Scratch.get();
    check(
        cuMemGetAllocationGranularity(
            scratch.size1, properties(device), CU_MEM_ALLOC_GRANULARITY_MINIMUM),
        "cuMemGetAllocationGranularity");
    return scratch.size1();
  }

  @Override
  default long reserveAddresses(long bytes) {
    long[] address = Scratch.get().long1;
    check(cuMemAddressReserve(address, bytes, 0, 0, 0), "cuMemAddressReserve", "%d bytes", bytes);
    return address[0];
  }

  @Override
  default void freeAddresses(long address, long bytes) {
    check(cuMemAddressFree(address, bytes), "cuMemAddressFree", "0x%x, %d bytes", address, bytes);
  }

  @Override
  default long createPhysicalMemory(int device, long bytes) {
    long[] handle = Scratch.get().long1;
    check(
        cuMemCreate(handle, bytes, properties(device), 0),
        "cuMemCreate",
        "%d bytes, device %d",
        bytes,
        device);
    return handle[0];
  }

  @Override
  default void releasePhysicalMemory(long handle) {
    check(cuMemRelease(handle), "cuMemRelease", "handle 0x%x", handle);
  }

  @Override
  default void map(long address, long bytes, long handle) {
    check(
        cuMemMap(address, bytes, 0, handle, 0),
        "cuMemMap",
        "0x%x, %d bytes, handle 0x%x",
        address,
        bytes,
        handle);
  }

  @Override
  default void unmap(long address, long bytes) {
    check(cuMemUnmap(address, bytes), "cuMemUnmap", "0x%x, %d bytes", address, bytes);
  }

  @Override
  default void openAccess(long address, long bytes, int device) {
    CUmemAccessDesc_v1 access =
        new CUmemAccessDesc_v1(new Pointer(Scratch.direct(64)))
            .flags(CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
    access.location().type(CU_MEM_LOCATION_TYPE_DEVICE).id(device);
    check(
        cuMemSetAccess(address, bytes, access, 1),
        "cuMemSetAccess",
        "0x%x, %d bytes, device %d",
        address,
        bytes,
        device);
  }

  /** Not on a hot path: a pool grows by megabytes. A direct buffer begins as zeros. */
  private static CUmemAllocationProp_v1 properties(int device) {
    CUmemAllocationProp_v1 properties =
        new CUmemAllocationProp_v1(new Pointer(Scratch.direct(128)))
            .type(CU_MEM_ALLOCATION_TYPE_PINNED);
    properties.location().type(CU_MEM_LOCATION_TYPE_DEVICE).id(device);
    return properties;
  }
}

package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetDefaultMemPool;
import static org.bytedeco.cuda.global.cudart.cuMemAllocFromPoolAsync;
import static org.bytedeco.cuda.global.cudart.cuMemFreeAsync;
import static org.bytedeco.cuda.global.cudart.cuMemPoolGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuMemPoolSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuMemPoolTrimTo;

import dev.windlass.cuda.driver.MemoryPoolCalls;
import dev.windlass.cuda.driver.PoolAttribute;

/** {@link MemoryPoolCalls} by JavaCPP. */
interface JavacppMemoryPools extends MemoryPoolCalls {
  @Override
  default long defaultMemoryPool(int device) {
    Scratch.Pool pool = Scratch.get().pool.at(0);
    check(
        cuDeviceGetDefaultMemPool(pool, device), "cuDeviceGetDefaultMemPool", "device %d", device);
    return pool.address();
  }

  @Override
  default long allocateFromPool(long pool, long bytes, long stream) {
    Scratch scratch = Scratch.get();
    check(
        cuMemAllocFromPoolAsync(
            scratch.long1, bytes, scratch.pool.at(pool), scratch.stream.at(stream)),
        "cuMemAllocFromPoolAsync",
        "%d bytes, stream 0x%x",
        bytes,
        stream);
    return scratch.long1[0];
  }

  @Override
  default void freeToPool(long address, long stream) {
    check(
        cuMemFreeAsync(address, Scratch.get().stream.at(stream)),
        "cuMemFreeAsync",
        "0x%x, stream 0x%x",
        address,
        stream);
  }

  @Override
  default void trimPool(long pool, long bytesToKeep) {
    check(
        cuMemPoolTrimTo(Scratch.get().pool.at(pool), bytesToKeep),
        "cuMemPoolTrimTo",
        "to %d bytes",
        bytesToKeep);
  }

  @Override
  default long poolAttribute(long pool, PoolAttribute attribute) {
    Scratch scratch = Scratch.get();
    check(
        cuMemPoolGetAttribute(scratch.pool.at(pool), attribute.number(), scratch.size1),
        "cuMemPoolGetAttribute");
    return scratch.size1();
  }

  @Override
  default void setPoolAttribute(long pool, PoolAttribute attribute, long value) {
    Scratch scratch = Scratch.get();
    scratch.size1(value);
    check(
        cuMemPoolSetAttribute(scratch.pool.at(pool), attribute.number(), scratch.size1),
        "cuMemPoolSetAttribute",
        "attribute %d, value %d",
        attribute.number(),
        value);
  }
}

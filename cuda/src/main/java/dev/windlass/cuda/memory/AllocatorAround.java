package dev.windlass.cuda.memory;

import java.util.Optional;

/** An allocator around another: what a part leaves alone goes through, and both close together. */
abstract class AllocatorAround implements DeviceAllocator {
  /** The one that this stands around. */
  final DeviceAllocator inner;

  AllocatorAround(DeviceAllocator inner) {
    this.inner = inner;
  }

  @Override
  public long allocate(long bytes, long stream) {
    return inner.allocate(bytes, stream);
  }

  @Override
  public void free(long address, long bytes, long stream) {
    inner.free(address, bytes, stream);
  }

  @Override
  public void forget(long stream) {
    inner.forget(stream);
  }

  @Override
  public long trim(long bytesToKeep) {
    return inner.trim(bytesToKeep);
  }

  @Override
  public MemoryUse use() {
    return inner.use();
  }

  @Override
  public <T extends DeviceAllocator> Optional<T> find(Class<T> kind) {
    return DeviceAllocator.super.find(kind).or(() -> inner.find(kind));
  }

  @Override
  public void close() {
    inner.close();
  }
}

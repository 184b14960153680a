package dev.windlass.benchmarks.policy;
public interface PhysicalMemory {
  long granularity();
  long reserve(long bytes);  void unreserve(long address, long bytes);
  long create(long bytes);   void release(long handle);
  void map(long address, long bytes, long handle); void unmap(long address, long bytes);
}

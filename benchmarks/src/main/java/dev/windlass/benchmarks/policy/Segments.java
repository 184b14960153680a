package dev.windlass.benchmarks.policy;
public interface Segments { long allocate(long bytes); void free(long address, long bytes); }

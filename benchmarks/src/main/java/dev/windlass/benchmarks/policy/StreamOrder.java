package dev.windlass.benchmarks.policy;
public interface StreamOrder { long record(long stream); void wait(long stream, long event); boolean isDone(long event); void synchronize(long event); void destroy(long event); }

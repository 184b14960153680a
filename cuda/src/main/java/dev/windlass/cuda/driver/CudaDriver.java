package dev.windlass.cuda.driver;

/**
 * CUDA's driver API, as far as Windlass uses it: one method per call, no policy, no state.
 *
 * <p><b>Form.</b> Handles and device addresses are {@code long}, 0 is the null handle (the null
 * stream, for one). A call's one result is the method's result; what a call returns beside it goes
 * into an array of the caller. So a call that succeeds allocates nothing, as long as it takes no
 * host memory. Host memory is a direct {@link java.nio.ByteBuffer} in native byte order, of which
 * the bytes between position and limit count; neither is moved.
 *
 * <p><b>Errors.</b> Whatever the driver returns but success, and "not ready" from a query, is a
 * {@link CudaException}. An address or handle that is wrong is the driver's to find: a real driver
 * finds most and may crash on the rest, so callers check first.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Calls on memory, streams, events,
 * modules and functions need a current context on the calling thread ({@link
 * ContextCalls#setCurrentContext}).
 */
public interface CudaDriver
    extends DeviceCalls,
        ContextCalls,
        MemoryCalls,
        VirtualMemoryCalls,
        MemoryPoolCalls,
        PeerCalls,
        StreamCalls,
        GraphCalls,
        ModuleCalls {
  /** The name of the implementation, for people. */
  String name();

  /** Where a profiler is told what the program is doing. No call of the driver, and no context. */
  Ranges ranges();
}

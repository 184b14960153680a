package dev.windlass.cuda;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.compile.CompileOptions;
import dev.windlass.cuda.compile.CompiledCode;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.fault.GpuFaults;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.LeakDetector;
import dev.windlass.cuda.memory.MemoryUse;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A device in use: its memory, streams and kernels. Had from {@link Device#context()}.
 *
 * <p>Safe for use by many threads, virtual ones too: there is no thread that it has to be used on.
 * Close it last; what is still open then is closed with it.
 */
public final class DeviceContext implements AutoCloseable {
  /**
   * Held while work is queued: the waits that it needs, the call, and the notes of it are one step.
   * Nothing that waits for the device is called with it.
   */
  final ReentrantLock order = new ReentrantLock();

  private final Device device;
  private final CudaDriver driver;
  private final int deviceHandle;
  private final long handle;
  private final Ordering ordering;
  private final AtomicReference<@Nullable CudaFatalException> fault = new AtomicReference<>();
  private final Completions completions = new Completions(this);
  private final Set<Handle> handles = ConcurrentHashMap.newKeySet();
  private final ContextMemory memory;
  private final LeakDetector leaks;
  private final Lanes lanes;
  private final Stream defaultStream;
  private volatile boolean closed;

  private DeviceContext(
      Device device,
      CudaDriver driver,
      int deviceHandle,
      long handle,
      DeviceAllocator allocator,
      LeakDetector leaks,
      Ordering ordering) {
    this.device = device;
    this.driver = driver;
    this.deviceHandle = deviceHandle;
    this.handle = handle;
    this.ordering = ordering;
    this.memory = new ContextMemory(this, driver, allocator);
    this.lanes = new Lanes(this, driver, allocator);
    this.defaultStream = new Stream(this, lanes.first());
    this.leaks = leaks;
  }

  static DeviceContext open(
      Device device, CudaDriver driver, MemoryGrowth growth, Ordering ordering) {
    int deviceHandle = driver.device(device.index().value());
    long handle = driver.retainPrimaryContext(deviceHandle);
    @Nullable DeviceAllocator allocator = null;
    @Nullable LeakDetector leaks = null;
    try {
      driver.setCurrentContext(handle);
      allocator = growth.open(driver, deviceHandle, handle);
      leaks = new LeakDetector();
      return new DeviceContext(device, driver, deviceHandle, handle, allocator, leaks, ordering);
    } catch (RuntimeException | Error e) {
      Steps undo = new Steps();
      if (leaks != null) {
        undo.run(leaks::close);
      }
      if (allocator != null) {
        undo.run(allocator::close);
      }
      undo.run(() -> driver.releasePrimaryContext(deviceHandle));
      undo.failure().ifPresent(e::addSuppressed);
      throw e;
    }
  }

  /** The device. */
  public Device device() {
    return device;
  }

  DeviceProperties properties() {
    return device.properties();
  }

  /** The driver's handle of the context. */
  long handle() {
    return handle;
  }

  /** The driver's number of the device. */
  int deviceHandle() {
    return deviceHandle;
  }

  Ordering ordering() {
    return ordering;
  }

  CudaDriver driver() {
    return driver;
  }

  /**
   * Makes the context current on the calling thread. To be called right before a call of the
   * driver, with nothing between that may block.
   *
   * <p>The driver is told each time. What was current before cannot be known from here: another
   * library may have changed it, and a virtual thread has whatever its carrier has. To ask the
   * driver would cost as much as to tell it.
   */
  void bind() {
    driver.setCurrentContext(handle);
  }

  /**
   * Fails if the context is of no use any more.
   *
   * @param call the driver's name of the call that was to be made
   * @throws CudaFatalException with the first failure as its cause, if it was lost
   * @throws InvalidUseException if it is closed
   */
  void check(String call) {
    CudaFatalException first = fault.get();
    if (first != null) {
      throw first.refusing(call);
    }
    if (closed) {
      throw new InvalidUseException(
          "calling " + call,
          "the context of device " + device.index() + " is closed",
          "Open another one with device.context()");
    }
  }

  /** Notes a failure that costs the context; to be thrown by the caller. */
  CudaException failed(CudaException e) {
    if (e instanceof CudaFatalException fatal) {
      boolean first = fault.compareAndSet(null, fatal);
      completions.fail(fatal);
      if (first) {
        GpuFaults.current().report(fatal);
      }
    }
    return e;
  }

  /** Makes a call of the driver that is not on a hot path. */
  long call(String name, ToLongFunction<CudaDriver> call) {
    check(name);
    bind();
    try {
      return call.applyAsLong(driver);
    } catch (CudaException e) {
      throw failed(e);
    }
  }

  /** Whether the context can still be used: no error has come up that it does not survive. */
  public boolean healthy() {
    return fault.get() == null;
  }

  /** Makes a stream: work on it runs in order, beside the work of other streams. */
  public Stream newStream() {
    return newStream(OptionalInt.empty());
  }

  /**
   * Makes a stream with a priority. Work of streams with lower numbers is started first.
   *
   * @param priority within {@link #streamPriorities}; one out of it is brought into it
   */
  public Stream newStream(int priority) {
    return newStream(OptionalInt.of(priority));
  }

  private Stream newStream(OptionalInt priority) {
    order.lock();
    try {
      check("cuStreamCreate");
      bind();
      return new Stream(this, lanes.add(priority)).watched();
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      order.unlock();
    }
  }

  /** The priorities that streams can have, the most urgent (lowest) first. */
  public StreamPriorities streamPriorities() {
    int[] range = new int[2];
    call(
        "cuCtxGetStreamPriorityRange",
        d -> {
          d.streamPriorityRange(range);
          return 0;
        });
    return new StreamPriorities(range[1], range[0]);
  }

  /**
   * The priorities that streams can have. A stream that is given none has the least urgent.
   *
   * @param mostUrgent the lowest number
   * @param leastUrgent the highest number, 0 as a rule
   */
  public record StreamPriorities(int mostUrgent, int leastUrgent) {}

  /**
   * Begins a range of time that a profiler shows under a name (NVTX), on this thread. Close it on
   * the same thread, ranges within it first. Without a profiler it does nothing.
   *
   * <pre>{@code
   * try (Range epoch = gpu.range("epoch 3")) {
   *   train();
   * }
   * }</pre>
   */
  public Range range(String name) {
    return new Range(driver.ranges(), name);
  }

  /** Memory for so many bytes, with any content. */
  public ByteMemory bytes(long count) {
    return new ByteMemory(memory.allocate(count, Byte.BYTES, "bytes", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public ByteMemory bytes(byte[] content) {
    return filled(bytes(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many bytes, allocated in the order of a stream. */
  public ByteMemory bytes(long count, Stream stream) {
    return new ByteMemory(memory.allocate(count, Byte.BYTES, "bytes", allocating(stream)));
  }

  /** Memory for so many shorts, with any content. */
  public ShortMemory shorts(long count) {
    return new ShortMemory(memory.allocate(count, Short.BYTES, "shorts", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public ShortMemory shorts(short[] content) {
    return filled(shorts(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many shorts, allocated in the order of a stream. */
  public ShortMemory shorts(long count, Stream stream) {
    return new ShortMemory(memory.allocate(count, Short.BYTES, "shorts", allocating(stream)));
  }

  /** Memory for so many ints, with any content. */
  public IntMemory ints(long count) {
    return new IntMemory(memory.allocate(count, Integer.BYTES, "ints", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public IntMemory ints(int[] content) {
    return filled(ints(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many ints, allocated in the order of a stream. */
  public IntMemory ints(long count, Stream stream) {
    return new IntMemory(memory.allocate(count, Integer.BYTES, "ints", allocating(stream)));
  }

  /** Memory for so many longs, with any content. */
  public LongMemory longs(long count) {
    return new LongMemory(memory.allocate(count, Long.BYTES, "longs", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public LongMemory longs(long[] content) {
    return filled(longs(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many longs, allocated in the order of a stream. */
  public LongMemory longs(long count, Stream stream) {
    return new LongMemory(memory.allocate(count, Long.BYTES, "longs", allocating(stream)));
  }

  /** Memory for so many floats, with any content. */
  public FloatMemory floats(long count) {
    return new FloatMemory(memory.allocate(count, Float.BYTES, "floats", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public FloatMemory floats(float[] content) {
    return filled(floats(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many floats, allocated in the order of a stream. */
  public FloatMemory floats(long count, Stream stream) {
    return new FloatMemory(memory.allocate(count, Float.BYTES, "floats", allocating(stream)));
  }

  /** Memory for so many doubles, with any content. */
  public DoubleMemory doubles(long count) {
    return new DoubleMemory(memory.allocate(count, Double.BYTES, "doubles", null));
  }

  /** Memory with the content of an array, which has at least one element. */
  public DoubleMemory doubles(double[] content) {
    return filled(doubles(content.length), memory -> memory.copyFrom(content));
  }

  /** Memory for so many doubles, allocated in the order of a stream. */
  public DoubleMemory doubles(long count, Stream stream) {
    return new DoubleMemory(memory.allocate(count, Double.BYTES, "doubles", allocating(stream)));
  }

  private static <M extends DeviceMemory> M filled(M memory, Consumer<M> fill) {
    boolean done = false;
    try {
      fill.accept(memory);
      done = true;
      return memory;
    } finally {
      if (!done) {
        memory.close();
      }
    }
  }

  private Stream allocating(Stream stream) {
    return Stream.check(stream, this, "allocating device memory");
  }

  /**
   * Pinned host memory, with any content.
   *
   * @param bytes 1 to 2<sup>31</sup>-1
   */
  public HostMemory hostMemory(int bytes) {
    return memory.allocateHost(bytes);
  }

  /**
   * Compiles CUDA C++ with NVRTC, or takes the result from the cache on disk, and loads it.
   *
   * @param name the source's name in messages, for example {@code saxpy.cu}
   * @param source CUDA C++
   * @throws dev.windlass.cuda.compile.CompileException if it has errors
   * @throws dev.windlass.cuda.compile.CompilerUnavailableException if there is no NVRTC
   * @throws IncompatibleCodeException if the driver does not take the code
   */
  public Module compile(String name, String source) {
    return compile(name, source, CompileOptions.DEFAULT);
  }

  /** Compiles and loads, as {@link #compile(String, String)}. */
  public Module compile(String name, String source, CompileOptions options) {
    check("nvrtcCompileProgram");
    return load(
        ModuleLoading.compiler().compile(name, source, device.computeCapability(), options));
  }

  /**
   * Loads what a compiler has made for this device.
   *
   * @throws IncompatibleCodeException if the driver does not take the code
   */
  public Module load(CompiledCode code) {
    return ModuleLoading.load(this, code);
  }

  /**
   * Loads PTX.
   *
   * @throws dev.windlass.cuda.ptx.PtxException if it is no PTX, or not all of it
   * @throws IncompatibleCodeException if the driver does not take the code
   */
  public Module load(String ptx) {
    return ModuleLoading.load(this, ptx);
  }

  /**
   * Loads PTX, a cubin or a fatbin.
   *
   * @throws InvalidUseException if it is none of these, or not all of it
   * @throws dev.windlass.cuda.ptx.PtxException if it is PTX and not all of it
   * @throws IncompatibleCodeException if the driver does not take the code
   */
  public Module load(byte[] image) {
    return ModuleLoading.load(this, image);
  }

  /**
   * Where the memory of this context comes from, with the parts of {@link MemoryGrowth#with} around
   * it. Memory that is allocated here by hand is not seen by the automatic ordering.
   */
  public DeviceAllocator allocator() {
    return memory.allocator();
  }

  /** What the device memory of this context is used for. */
  public MemoryUse memoryUse() {
    return memory.allocator().use();
  }

  /**
   * Gives device memory that is not in use back to the device. Waits for all work, so that memory
   * that was closed is not in use any more.
   *
   * @return how much
   */
  public Memory trim() {
    return Memory.bytes(memory.trim());
  }

  /** Waits until all work of all streams is done, also of the device's other contexts. */
  public void synchronize() {
    lanes.synchronize();
  }

  Completions completions() {
    return completions;
  }

  LeakDetector leaks() {
    return leaks;
  }

  ContextMemory memory() {
    return memory;
  }

  /** The stream of what names none. */
  Stream defaultStream() {
    return defaultStream;
  }

  Lane defaultLane() {
    return lanes.first();
  }

  Lanes lanes() {
    return lanes;
  }

  boolean isClosed() {
    return closed;
  }

  void opened(Handle resource) {
    handles.add(resource);
  }

  void gone(Handle resource) {
    handles.remove(resource);
  }

  /**
   * Waits for all work, closes all that is still open, and gives the device back. After a fault
   * that the context did not survive it waits for nothing and reports no further error. Twice does
   * nothing.
   */
  @Override
  public void close() {
    order.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      order.unlock();
    }
    handles.stream().filter(Handle::mayEndWithContext).forEach(Handle::endWithContext);
    leaks.close();
    Steps steps = new Steps();
    handles.forEach(handle -> steps.run(handle::free));
    steps.run(() -> quietlyIfLost(this::closeStreams));
    steps.run(() -> quietlyIfLost(this::closeStaging));
    steps.run(() -> quietlyIfLost(memory.allocator()::close));
    steps.run(() -> quietlyIfLost(() -> driver.releasePrimaryContext(deviceHandle)));
    steps.failure().ifPresent(DeviceContext::rethrow);
  }

  private static void rethrow(RuntimeException e) {
    throw e;
  }

  /** What fails in a context that is known to be lost is no news. */
  void quietlyIfLost(Runnable step) {
    boolean wasHealthy = healthy();
    bind();
    try {
      step.run();
    } catch (CudaException e) {
      failed(e);
      if (wasHealthy) {
        throw e;
      }
    }
  }

  private void closeStreams() {
    if (!healthy()) {
      return;
    }
    driver.synchronizeContext();
    order.lock();
    try {
      bind();
      lanes.dispose();
    } finally {
      order.unlock();
    }
  }

  private void closeStaging() {
    if (healthy()) {
      memory.closeStaging();
    }
  }
}

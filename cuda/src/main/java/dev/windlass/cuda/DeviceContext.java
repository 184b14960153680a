package dev.windlass.cuda;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.compile.CompileOptions;
import dev.windlass.cuda.compile.CompiledCode;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.LeakDetector;
import dev.windlass.cuda.memory.MemoryUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
  private final List<Lane> lanes = new ArrayList<>(); // by number
  private final Completions completions = new Completions(this);
  private final Set<Handle> handles = ConcurrentHashMap.newKeySet();
  private final LeakDetector leaks;
  private final DeviceAllocator allocator;
  private final PinnedMemory pinned;
  private final Staging staging;
  private final Lane defaultLane;
  private final Stream defaultStream;
  private volatile Lane home; // where memory is allocated that names no stream
  private volatile boolean closed;

  private DeviceContext(
      Device device, CudaDriver driver, int deviceHandle, long handle, MemoryGrowth growth, Ordering ordering) {
    this.device = device;
    this.driver = driver;
    this.deviceHandle = deviceHandle;
    this.handle = handle;
    this.ordering = ordering;
    bind();
    this.leaks = new LeakDetector();
    this.allocator = growth.open(driver, deviceHandle, handle);
    this.pinned = new PinnedMemory(driver);
    this.staging = new Staging(driver, pinned);
    this.defaultLane = new Lane(this, driver.createStream(), 0, 0);
    lanes.add(defaultLane);
    this.defaultStream = new Stream(this, defaultLane);
    this.home = defaultLane;
  }

  static DeviceContext open(Device device, CudaDriver driver, MemoryGrowth growth, Ordering ordering) {
    int deviceHandle = driver.device(device.index().value());
    long handle = driver.retainPrimaryContext(deviceHandle);
    boolean open = false;
    try {
      DeviceContext context = new DeviceContext(device, driver, deviceHandle, handle, growth, ordering);
      open = true;
      return context;
    } finally {
      if (!open) {
        driver.releasePrimaryContext(deviceHandle);
      }
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
      fault.compareAndSet(null, fatal);
      completions.fail(fatal);
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
    order.lock();
    try {
      check("cuStreamCreate");
      bind();
      int number = freeNumber();
      long epoch = number < lanes.size() ? lanes.get(number).epoch() : 0;
      Lane lane = new Lane(this, driver.createStream(), number, epoch);
      if (number < lanes.size()) {
        lanes.set(number, lane);
      } else {
        lanes.add(lane);
      }
      chooseHome();
      return new Stream(this, lane).watched();
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      order.unlock();
    }
  }

  /**
   * Memory that names no stream is allocated on the only one there is, so that it costs no waiting
   * there. Of several none can be preferred: work would wait for a stream it has nothing to do
   * with.
   */
  private void chooseHome() {
    Lane only = null;
    int open = 0;
    for (Lane lane : lanes) {
      if (lane != defaultLane && !lane.isClosed()) {
        only = lane;
        open++;
      }
    }
    home = only != null && open == 1 && only.capture() == null ? only : defaultLane;
  }

  /** A stream that is captured is one that the allocator must leave alone. */
  Capture beginCapture(Lane lane) {
    allocator.forget(lane.handle);
    Capture capture = lane.beginCapture();
    chooseHome();
    return capture;
  }

  void endCapture(Lane lane) {
    order.lock();
    try {
      lane.endCapture();
      chooseHome();
    } finally {
      order.unlock();
    }
  }

  void close(Lane lane) {
    order.lock();
    try {
      if (!lane.close()) {
        return;
      }
      chooseHome();
    } finally {
      order.unlock();
    }
    lane.release();
  }

  /** Destroys the driver's stream of a lane that has no user any more. */
  void destroy(Lane lane) {
    order.lock();
    try {
      if (!closed && healthy()) {
        bind();
        allocator.forget(lane.handle);
        lane.destroy();
      }
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      order.unlock();
    }
  }

  /** The first number whose last stream is closed and has nothing left to do. */
  private int freeNumber() {
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get(i).finish()) {
        return i;
      }
    }
    return lanes.size();
  }

  /** Memory for so many bytes, with any content. */
  public ByteMemory bytes(long count) {
    return new ByteMemory(allocate(count, Byte.BYTES, "bytes", null));
  }

  /** Memory for so many bytes, allocated in the order of a stream. */
  public ByteMemory bytes(long count, Stream stream) {
    return new ByteMemory(allocate(count, Byte.BYTES, "bytes", allocating(stream)));
  }

  /** Memory for so many shorts, with any content. */
  public ShortMemory shorts(long count) {
    return new ShortMemory(allocate(count, Short.BYTES, "shorts", null));
  }

  /** Memory for so many shorts, allocated in the order of a stream. */
  public ShortMemory shorts(long count, Stream stream) {
    return new ShortMemory(allocate(count, Short.BYTES, "shorts", allocating(stream)));
  }

  /** Memory for so many ints, with any content. */
  public IntMemory ints(long count) {
    return new IntMemory(allocate(count, Integer.BYTES, "ints", null));
  }

  /** Memory for so many ints, allocated in the order of a stream. */
  public IntMemory ints(long count, Stream stream) {
    return new IntMemory(allocate(count, Integer.BYTES, "ints", allocating(stream)));
  }

  /** Memory for so many longs, with any content. */
  public LongMemory longs(long count) {
    return new LongMemory(allocate(count, Long.BYTES, "longs", null));
  }

  /** Memory for so many longs, allocated in the order of a stream. */
  public LongMemory longs(long count, Stream stream) {
    return new LongMemory(allocate(count, Long.BYTES, "longs", allocating(stream)));
  }

  /** Memory for so many floats, with any content. */
  public FloatMemory floats(long count) {
    return new FloatMemory(allocate(count, Float.BYTES, "floats", null));
  }

  /** Memory for so many floats, allocated in the order of a stream. */
  public FloatMemory floats(long count, Stream stream) {
    return new FloatMemory(allocate(count, Float.BYTES, "floats", allocating(stream)));
  }

  /** Memory for so many doubles, with any content. */
  public DoubleMemory doubles(long count) {
    return new DoubleMemory(allocate(count, Double.BYTES, "doubles", null));
  }

  /** Memory for so many doubles, allocated in the order of a stream. */
  public DoubleMemory doubles(long count, Stream stream) {
    return new DoubleMemory(allocate(count, Double.BYTES, "doubles", allocating(stream)));
  }

  private Stream allocating(Stream stream) {
    return Stream.check(stream, this, "allocating device memory");
  }

  private Allocation allocate(long count, int size, String what, @Nullable Stream stream) {
    if (count < 1 || count > Long.MAX_VALUE / size) {
      throw new InvalidUseException(
          "allocating " + count + " " + what,
          "memory has 1 to " + Long.MAX_VALUE / size + " of them",
          "Check where the number comes from");
    }
    check("cuMemAlloc");
    Lane lane = stream == null ? home : stream.lane();
    if (!lane.hold()) {
      if (stream != null) {
        stream.handle(); // which says that it is closed
        stream.mustNotCapture("allocating device memory", "memory is not part of a graph");
      }
      lane = defaultLane();
      lane.hold();
    }
    try {
      bind();
      long bytes = count * size;
      return new Allocation(this, allocator.allocate(bytes, lane.handle), bytes, lane);
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      lane.release();
    }
  }

  /** Pinned host memory of so many bytes, with any content. */
  public HostMemory hostMemory(int bytes) {
    if (bytes < 1) {
      throw new InvalidUseException(
          "allocating " + bytes + " bytes of pinned host memory",
          "it has at least one",
          "Check where the number comes from");
    }
    check("cuMemHostAlloc");
    bind();
    try {
      return new HostMemory(this, pinned.take(bytes), bytes);
    } catch (CudaException e) {
      throw failed(e);
    }
  }

  /** Waits until all uses are done. */
  void waitFor(Uses uses) {
    if (!healthy()) {
      return;
    }
    order.lock();
    try {
      bind();
      uses.allBefore(defaultLane());
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      order.unlock();
    }
    defaultStream.synchronize();
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
    return allocator;
  }

  /** What the device memory of this context is used for. */
  public MemoryUse memoryUse() {
    return allocator.use();
  }

  /**
   * Gives memory that is not in use back to the device.
   *
   * @return how much
   */
  public Memory trim() {
    check("cuMemRelease");
    bind();
    try {
      return Memory.bytes(allocator.trim(0));
    } catch (CudaException e) {
      throw failed(e);
    }
  }

  /** Waits until all work of all streams is done, also of the device's other contexts. */
  public void synchronize() {
    List<Lane> all = new ArrayList<>();
    List<Long> upTo = new ArrayList<>();
    order.lock();
    try {
      check("cuCtxSynchronize");
      for (Lane lane : lanes) {
        if (lane.capture() != null) {
          throw new InvalidUseException(
              "waiting for all streams",
              "a stream is being captured, and its work does not run yet",
              "Wait before or after the capture");
        }
      }
      for (Lane lane : lanes) {
        all.add(lane);
        upTo.add(lane.nextEpoch());
      }
    } finally {
      order.unlock();
    }
    bind();
    try {
      driver.synchronizeContext();
    } catch (CudaException e) {
      throw failed(e);
    }
    order.lock();
    for (int i = 0; i < all.size(); i++) {
      all.get(i).isDoneBelow(upTo.get(i));
    }
    order.unlock();
  }

  Completions completions() {
    return completions;
  }

  LeakDetector leaks() {
    return leaks;
  }


  PinnedMemory pinned() {
    return pinned;
  }

  Staging staging() {
    return staging;
  }

  /** The stream of what names none. */
  Stream defaultStream() {
    return defaultStream;
  }

  Lane defaultLane() {
    return defaultLane;
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
   * Waits for all work, closes all that is still open, and gives the device back. After a fault that
   * the context did not survive it waits for nothing and reports no further error. Twice does
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
    leaks.close();
    try {
      handles.forEach(Handle::free);
      quietlyIfLost(this::closeWhatIsOpen);
    } finally {
      try {
        quietlyIfLost(allocator::close);
      } finally {
        quietlyIfLost(() -> driver.releasePrimaryContext(deviceHandle));
      }
    }
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

  private void closeWhatIsOpen() {
    if (!healthy()) {
      return;
    }
    driver.synchronizeContext();
    order.lock();
    try {
      bind();
      for (Lane lane : lanes) {
        lane.dispose();
      }
    } finally {
      order.unlock();
    }
    staging.close();
    pinned.close();
  }
}

package dev.windlass.cuda;

import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.fault.GpuFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
  private final Stream defaultStream;
  private volatile boolean closed;

  private DeviceContext(
      Device device, CudaDriver driver, int deviceHandle, long handle, MemoryGrowth growth) {
    this.device = device;
    this.driver = driver;
    this.deviceHandle = deviceHandle;
    this.handle = handle;
    this.ordering = Ordering.AUTOMATIC;
    this.defaultStream = newStream();
  }

  static DeviceContext open(Device device, CudaDriver driver, MemoryGrowth growth) {
    int deviceHandle = driver.device(device.index().value());
    long handle = driver.retainPrimaryContext(deviceHandle);
    return new DeviceContext(device, driver, deviceHandle, handle, growth);
  }

  /** The device. */
  public Device device() {
    return device;
  }

  DeviceProperties properties() {
    return device.properties();
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
    if (e instanceof CudaFatalException fatal && fault.compareAndSet(null, fatal)) {
      GpuFaults.current().report(fatal);
    }
    return e;
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
      return new Stream(this, lane);
    } catch (CudaException e) {
      throw failed(e);
    } finally {
      order.unlock();
    }
  }

  /** The first number whose last stream is closed and has nothing left to do. */
  private int freeNumber() {
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get(i).isClosed() && lanes.get(i).finish()) {
        return i;
      }
    }
    return lanes.size();
  }

  /** Memory for so many bytes, with any content. */
  public ByteMemory bytes(long count) {
    return new ByteMemory(allocate(count, 1, "bytes"));
  }

  /** Memory for so many floats, with any content. */
  public FloatMemory floats(long count) {
    return new FloatMemory(allocate(count, Float.BYTES, "floats"));
  }

  /** Memory for so many ints, with any content. */
  public IntMemory ints(long count) {
    return new IntMemory(allocate(count, Integer.BYTES, "ints"));
  }

  /** Memory for so many longs, with any content. */
  public LongMemory longs(long count) {
    return new LongMemory(allocate(count, Long.BYTES, "longs"));
  }

  /** Memory for so many doubles, with any content. */
  public DoubleMemory doubles(long count) {
    return new DoubleMemory(allocate(count, Double.BYTES, "doubles"));
  }

  /** Memory for so many shorts, with any content. */
  public ShortMemory shorts(long count) {
    return new ShortMemory(allocate(count, Short.BYTES, "shorts"));
  }

  private Allocation allocate(long count, int size, String what) {
    if (count < 1 || count > Long.MAX_VALUE / size) {
      throw new InvalidUseException(
          "allocating " + count + " " + what,
          "memory has 1 to " + Long.MAX_VALUE / size + " of them",
          "Check where the number comes from");
    }
    check("cuMemAlloc");
    bind();
    try {
      long bytes = count * size;
      return new Allocation(this, driver.allocate(bytes), bytes, defaultStream.lane());
    } catch (CudaException e) {
      throw failed(e);
    }
  }

  void free(Allocation allocation, Lane lane) {
    bind();
    try {
      driver.free(allocation.address());
    } catch (CudaException e) {
      throw failed(e);
    }
  }

  /** Closes all that is still open, and gives the device back. */
  @Override
  public void close() {
    order.lock();
    try {
      if (closed) {
        return;
      }
      defaultStream.close();
      closed = true;
    } finally {
      order.unlock();
    }
    driver.releasePrimaryContext(deviceHandle);
  }
}

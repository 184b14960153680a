package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.pool.PhysicalMemory;
import dev.windlass.cuda.memory.pool.Segments;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A device's memory as numbers: addresses that are never used twice, a count of the bytes held, and
 * a limit. So a trace of any size is replayed in a second, without a GPU and without memory.
 *
 * <p>It checks what a driver would: nothing is given back twice, nothing is mapped where something
 * is.
 */
public final class ArithmeticMemory implements PhysicalMemory, Segments {
  /** The granularity of NVIDIA's data centre GPUs. */
  public static final long GRANULARITY = 2L << 20;

  private static final int OUT_OF_MEMORY = 2;

  // What the driver takes for one handle of 2 MiB, as published for an A100, in microseconds.
  private static final int CREATE = 29;
  private static final int MAP = 2;
  private static final int OPEN = 38;
  private static final int UNMAP = 34;
  private static final int RELEASE = 23;

  private final long limit;
  private final Map<Long, Long> segments = new HashMap<>();
  private final Map<Long, Physical> handles = new HashMap<>();
  private final Map<Long, Physical> mapped = new HashMap<>(); // by address
  private long nextAddress = 1L << 40;
  private long nextHandle = 1;
  private long held;
  private long peakHeld;
  private long calls;
  private long micros;

  /** Makes a device with so many bytes. */
  public ArithmeticMemory(long limit) {
    this.limit = limit;
  }

  /** What the device has. */
  public long limit() {
    return limit;
  }

  /** Bytes held now. */
  public synchronized long held() {
    return held;
  }

  /** The most bytes that were held at one time. */
  public synchronized long peakHeld() {
    return peakHeld;
  }

  /** How often the driver would have been called, for memory or addresses. */
  public synchronized long calls() {
    return calls;
  }

  /**
   * How long a driver would have taken for virtual memory: per handle, also where one call opens or
   * unmaps several.
   */
  public synchronized long micros() {
    return micros;
  }

  @Override
  public synchronized long allocate(long bytes) {
    take(bytes, "cuMemAlloc");
    long address = addresses(bytes);
    segments.put(address, bytes);
    return address;
  }

  @Override
  public synchronized void free(long address) {
    calls++;
    held -= there(segments.remove(address), "free of a segment");
  }

  @Override
  public long granularity() {
    return GRANULARITY;
  }

  @Override
  public synchronized long reserve(long bytes) {
    calls++;
    return addresses(bytes);
  }

  @Override
  public synchronized void unreserve(long address, long bytes) {
    calls++;
  }

  @Override
  public synchronized long create(long bytes) {
    must(bytes > 0 && bytes % GRANULARITY == 0, "size of physical memory");
    take(bytes, "cuMemCreate");
    micros += CREATE;
    handles.put(nextHandle, new Physical(bytes));
    return nextHandle++;
  }

  /** What is mapped goes back when it is unmapped. */
  @Override
  public synchronized void release(long handle) {
    calls++;
    micros += RELEASE;
    Physical physical = there(handles.remove(handle), "release of memory");
    physical.released = true;
    giveBack(physical);
  }

  @Override
  public synchronized void map(long address, long bytes, long handle) {
    calls++;
    micros += MAP;
    Physical physical = there(handles.get(handle), "mapping of memory");
    must(physical.bytes == bytes, "mapping of another size");
    must(mapped.put(address, physical) == null, "mapping where something is mapped");
    physical.maps++;
  }

  @Override
  public synchronized void open(long address, long bytes) {
    calls++;
    for (long at = address; at < address + bytes; micros += OPEN) {
      at += there(mapped.get(at), "opening where nothing is mapped").bytes;
    }
  }

  @Override
  public synchronized void unmap(long address, long bytes) {
    calls++;
    for (long at = address; at < address + bytes; ) {
      Physical physical = there(mapped.remove(at), "unmapping where nothing is mapped");
      at += physical.bytes;
      micros += UNMAP;
      physical.maps--;
      giveBack(physical);
    }
  }

  private void giveBack(Physical physical) {
    held -= physical.released && physical.maps == 0 ? physical.bytes : 0;
  }

  @Override
  public synchronized void info(long[] freeAndTotal) {
    freeAndTotal[0] = limit - held;
    freeAndTotal[1] = limit;
  }

  private void take(long bytes, String call) {
    calls++;
    if (bytes > limit - held) {
      throw CudaException.of(call, OUT_OF_MEMORY);
    }
    held += bytes;
    peakHeld = Math.max(peakHeld, held);
  }

  private long addresses(long bytes) {
    long address = nextAddress;
    nextAddress += (bytes + 2 * GRANULARITY - 1) / GRANULARITY * GRANULARITY; // a gap after each
    return address;
  }

  private static <T> T there(@Nullable T value, String what) {
    must(value != null, what);
    return Objects.requireNonNull(value);
  }

  private static void must(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("A driver would refuse the " + what);
    }
  }

  private static final class Physical {
    private final long bytes;
    private int maps;
    private boolean released;

    private Physical(long bytes) {
      this.bytes = bytes;
    }
  }
}

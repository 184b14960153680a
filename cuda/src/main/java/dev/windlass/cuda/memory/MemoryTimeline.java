package dev.windlass.cuda.memory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last events of an allocator, and draws them: a page of its own, without anything
 * from elsewhere, that shows what is live, cached and held over time, the largest allocations as
 * areas with the place that made them, and where memory ran out.
 *
 * <p>What is cached and held is asked at most once a millisecond, after an event, and once more
 * after the last of a burst, when the next event comes; what an allocator gives back by itself
 * shows then. Costs a lock and an object per event: for looking at a program, not for leaving on.
 * Safe for use by many threads.
 */
public final class MemoryTimeline extends AllocatorAround {
  private static final long SAMPLE_NANOS = 1_000_000;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Tracking places;
  private final LongSupplier nanos;
  private final Instant startTime;
  private final long start;
  private final ReentrantLock lock = new ReentrantLock();
  private final @Nullable Event[] ring;
  private final Map<Long, Allocated> live = new HashMap<>();
  private final AtomicLong lastSample = new AtomicLong(NEVER);

  /** The time of the last event, if it came too soon after a sample to have one. */
  private final AtomicLong withoutSample = new AtomicLong(NEVER);

  private long lastSampled = NEVER; // guarded by the lock
  private long count;

  /**
   * Remembers events from now on.
   *
   * @param capacity how many; an allocation and its free are two. Each takes about 100 bytes
   * @param places which places are recorded
   */
  public MemoryTimeline(DeviceAllocator inner, int capacity, Tracking places) {
    this(inner, capacity, places, Instant.now(), System::nanoTime);
  }

  MemoryTimeline(
      DeviceAllocator inner, int capacity, Tracking places, Instant startTime, LongSupplier nanos) {
    super(inner);
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "A timeline has room for 1 event or more, not " + capacity);
    }
    this.places = places;
    this.startTime = startTime;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.ring = new Event[capacity];
  }

  /** What happened, in the order in which it did. Times are nanoseconds from the start. */
  sealed interface Event {
    /** When. */
    long at();
  }

  /** Memory was allocated. */
  record Allocated(long at, long address, long bytes, long stream, String thread, Place place)
      implements Event {}

  /** Memory was freed; where its allocation was not seen, that is made up. */
  record Freed(long at, Allocated allocation) implements Event {}

  /** An allocation failed. */
  record Failed(long at, long bytes, long stream, String thread, Place place) implements Event {}

  /** Memory was given back because someone asked for it. */
  record Trimmed(long at, long bytes) implements Event {}

  /** What memory was used for. */
  record Sampled(long at, MemoryUse use) implements Event {}

  @Override
  public long allocate(long bytes, long stream) {
    sampleTheLastEvent();
    Place place = Place.of(places, bytes);
    String thread = Thread.currentThread().getName();
    long address;
    try {
      address = inner.allocate(bytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      lock.lock();
      try {
        add(new Failed(now(), bytes, stream, thread, place));
      } finally {
        lock.unlock();
      }
      sample(0);
      throw e;
    }
    lock.lock();
    try {
      Allocated event = new Allocated(now(), address, bytes, stream, thread, place);
      live.put(address, event);
      add(event);
    } finally {
      lock.unlock();
    }
    sample(SAMPLE_NANOS);
    return address;
  }

  @Override
  public void free(long address, long bytes, long stream) {
    sampleTheLastEvent();
    lock.lock();
    try {
      long at = now();
      Allocated allocation = live.remove(address);
      add(
          new Freed(
              at,
              allocation != null
                  ? allocation
                  : new Allocated(0, address, bytes, stream, "", Place.NOT_RECORDED)));
    } finally {
      lock.unlock();
    }
    inner.free(address, bytes, stream);
    sample(SAMPLE_NANOS);
  }

  @Override
  public long trim(long bytesToKeep) {
    sampleTheLastEvent();
    long given = inner.trim(bytesToKeep);
    lock.lock();
    try {
      add(new Trimmed(now(), given));
    } finally {
      lock.unlock();
    }
    sample(0);
    return given;
  }

  /** The allocator is asked without the lock: it has locks of its own. */
  private void sample(long sinceAtLeast) {
    long last = lastSample.get();
    long now = now();
    if (now - last < sinceAtLeast || !lastSample.compareAndSet(last, now)) {
      withoutSample.set(now);
      return;
    }
    withoutSample.set(NEVER);
    MemoryUse use = inner.use();
    lock.lock();
    try {
      lastSampled = now();
      add(new Sampled(lastSampled, use));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Before something changes: what has been the case since the last event, if that was a while ago
   * and has no sample. Else a burst of frees would seem to hold its memory until the next event.
   */
  private void sampleTheLastEvent() {
    long at = withoutSample.get();
    if (at == NEVER || now() - at < SAMPLE_NANOS || !withoutSample.compareAndSet(at, NEVER)) {
      return;
    }
    MemoryUse use = inner.use();
    lock.lock();
    try {
      if (at > lastSampled) {
        lastSampled = at;
        add(new Sampled(at, use));
      }
    } finally {
      lock.unlock();
    }
  }

  private long now() {
    return nanos.getAsLong() - start;
  }

  private void add(Event event) {
    ring[(int) (count % ring.length)] = event;
    count++;
  }

  /**
   * Writes the events as a page that a browser shows without any other file.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void writeHtml(Path file) {
    String page;
    try (InputStream in = MemoryTimeline.class.getResourceAsStream("timeline.html")) {
      if (in == null) {
        throw new IOException("timeline.html is missing beside " + MemoryTimeline.class.getName());
      }
      page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading the page of the memory timeline", e);
    }
    write(file, page.replace("\"@TIMELINE@\"", json()));
  }

  /**
   * Writes the same as JSON: times in microseconds from {@code start}, amounts in bytes; samples
   * are {@code [time, live, cached, fragmented, held]}; {@code place} is an index of {@code
   * places}, -1 where it was not recorded; {@code end} is -1 for what is live.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void writeJson(Path file) {
    write(file, json() + "\n");
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing the memory timeline to " + file, e);
    }
  }

  private String json() {
    sampleTheLastEvent();
    sample(0);
    List<Event> events = new ArrayList<>();
    List<Allocated> stillLive;
    long dropped;
    long now;
    lock.lock();
    try {
      dropped = Math.max(0, count - ring.length);
      for (long i = dropped; i < count; i++) {
        Event event = ring[(int) (i % ring.length)];
        if (event != null) {
          events.add(event);
        }
      }
      stillLive = List.copyOf(live.values());
      now = now();
    } finally {
      lock.unlock();
    }
    return new TimelineJson(startTime, now, dropped).text(events, stillLive);
  }
}

package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.InvalidFreeException.Mistake;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers who holds what: the largest live allocations for an {@link OutOfDeviceMemoryException},
 * what is live by place, and what was never freed. A free that must not be (twice, of another size,
 * of an address from elsewhere) is an {@link InvalidFreeException} before anything is done.
 *
 * <p>A double free is told from a foreign address by the last free of each of {@value #REMEMBERED}
 * slots of addresses; beyond that it is found all the same, as a foreign address. Costs an entry in
 * a map per allocation unless tracking is off. Safe for use by many threads.
 */
public final class AllocationTracker extends AllocatorAround {
  private static final Logger LOG = LoggerFactory.getLogger(AllocationTracker.class);
  private static final int LARGEST = 10;
  private static final int REMEMBERED = 4096;

  private final Tracking tracking;
  private final LongSupplier nanos;
  private final Map<Long, Live> live = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable Freed> freed =
      new AtomicReferenceArray<>(REMEMBERED);

  /** Remembers what goes through this one, from now on. */
  public AllocationTracker(DeviceAllocator inner, Tracking tracking) {
    this(inner, tracking, System::nanoTime);
  }

  AllocationTracker(DeviceAllocator inner, Tracking tracking, LongSupplier nanos) {
    super(inner);
    this.tracking = tracking;
    this.nanos = nanos;
  }

  /**
   * What is live from one place.
   *
   * @param place the calls that led to it, the nearest first; empty for all whose place was not
   *     recorded
   * @param bytes what these allocations have together
   * @param count how many they are
   */
  public record PlaceUse(List<String> place, long bytes, long count) {}

  @Override
  public long allocate(long bytes, long stream) {
    if (tracking == Tracking.OFF) {
      return inner.allocate(bytes, stream);
    }
    long address;
    try {
      address = inner.allocate(bytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      throw e.with(e.breakdown().withLargest(largest(LARGEST)));
    }
    Live now =
        new Live(
            address,
            bytes,
            stream,
            Thread.currentThread().getName(),
            nanos.getAsLong(),
            Place.of(tracking, bytes));
    if (live.put(address, now) != null) {
      LOG.warn(
          "0x{} was given out again though its free was not seen: free memory through the"
              + " allocator that it came from",
          Long.toHexString(address));
    }
    return address;
  }

  /**
   * Frees memory.
   *
   * @throws InvalidFreeException if it is not live, or has another size; unless tracking is off
   */
  @Override
  public void free(long address, long bytes, long stream) {
    if (tracking == Tracking.OFF) {
      inner.free(address, bytes, stream);
      return;
    }
    Live allocation = live.get(address);
    if (allocation == null) {
      throw notLive(address, bytes);
    }
    if (allocation.bytes != bytes) {
      throw new InvalidFreeException(
          Mistake.WRONG_SIZE,
          address,
          bytes,
          "The allocation there has "
              + allocation.bytes
              + " bytes; it was made at"
              + Place.text(allocation.place.calls(), "\n    "),
          "Free it with the size that it was allocated with");
    }
    freed.set(
        slot(address),
        new Freed(allocation, Thread.currentThread().getName(), Place.of(tracking, bytes)));
    // Before it is freed: the address may be given out again at once.
    if (!live.remove(address, allocation)) {
      throw notLive(address, bytes);
    }
    try {
      inner.free(address, bytes, stream);
    } catch (RuntimeException e) {
      live.putIfAbsent(address, allocation);
      throw e;
    }
  }

  private InvalidFreeException notLive(long address, long bytes) {
    Freed before = freed.get(slot(address));
    if (before != null && before.allocation.address == address) {
      return new InvalidFreeException(
          Mistake.DOUBLE_FREE,
          address,
          bytes,
          "It was freed before, by thread "
              + before.thread
              + " at"
              + Place.text(before.place.calls(), "\n    ")
              + "\n  It was allocated at"
              + Place.text(before.allocation.place.calls(), "\n    "),
          "Free it once, at the end of its last use");
    }
    for (Live l : live.values()) {
      if (address > l.address && address - l.address < l.bytes) {
        return new InvalidFreeException(
            Mistake.FOREIGN_ADDRESS,
            address,
            bytes,
            "It is "
                + (address - l.address)
                + " bytes inside of the allocation at 0x"
                + Long.toHexString(l.address)
                + " of "
                + l.bytes
                + " bytes, made at"
                + Place.text(l.place.calls(), "\n    "),
            "Free the whole allocation, by its own address");
      }
    }
    return new InvalidFreeException(
        Mistake.FOREIGN_ADDRESS,
        address,
        bytes,
        "It was not allocated through this allocator",
        "Free memory through the allocator that it came from");
  }

  /** The largest live allocations, the largest first. */
  public List<LiveAllocation> largest(int count) {
    long now = nanos.getAsLong();
    return live.values().stream()
        .sorted(Comparator.comparingLong((Live l) -> l.bytes).reversed().thenComparing(l -> l.at))
        .limit(count)
        .map(
            l ->
                new LiveAllocation(
                    l.address,
                    l.bytes,
                    l.stream,
                    l.thread,
                    Duration.ofNanos(now - l.at),
                    l.place.calls()))
        .toList();
  }

  /** What is live, by the place that it was allocated at, the most bytes first. */
  public List<PlaceUse> byPlace() {
    Map<List<String>, long[]> sums = new HashMap<>();
    for (Live l : live.values()) {
      long[] sum = sums.computeIfAbsent(l.place.calls(), place -> new long[2]);
      sum[0] += l.bytes;
      sum[1]++;
    }
    return sums.entrySet().stream()
        .map(e -> new PlaceUse(e.getKey(), e.getValue()[0], e.getValue()[1]))
        .sorted(Comparator.comparingLong(PlaceUse::bytes).reversed())
        .toList();
  }

  /** Logs what was not freed, by place, and closes the allocator inside. */
  @Override
  public void close() {
    List<PlaceUse> places = byPlace();
    live.clear();
    if (!places.isEmpty()) {
      LOG.warn(
          "{} of device memory were not freed:{}",
          Bytes.text(places.stream().mapToLong(PlaceUse::bytes).sum()),
          places.stream()
                  .limit(LARGEST)
                  .map(
                      p ->
                          "\n  "
                              + Bytes.text(p.bytes)
                              + " in "
                              + p.count
                              + " allocations made at"
                              + Place.text(p.place, "\n      "))
                  .collect(Collectors.joining())
              + (places.size() > LARGEST
                  ? "\n  and at " + (places.size() - LARGEST) + " more places"
                  : ""));
    }
    inner.close();
  }

  private static int slot(long address) {
    return Long.hashCode((address >>> 8) * 0x9E3779B97F4A7C15L) >>> 20;
  }

  private record Live(long address, long bytes, long stream, String thread, long at, Place place) {}

  private record Freed(Live allocation, String thread, Place place) {}
}

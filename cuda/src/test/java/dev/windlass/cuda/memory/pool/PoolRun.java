package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Random operations on a pool over a {@link FakeDevice}, which finds overlaps and early reuse. All
 * else is checked here.
 */
final class PoolRun {
  private static final long PAGE = 32 << 10;

  private final Random random;
  private final FakeDevice device;
  private final MemoryPool pool;
  private final long limit;
  private final boolean paged;
  private final boolean singlePages;
  private final boolean failing;
  private final long[] streams;
  private long nextStream = 100;
  private long[] addresses = new long[1024];
  private long[] sizes = new long[1024];
  private long[] owners = new long[1024];
  private int count;
  private long live;
  long failures;
  long refusals;

  /**
   * Makes it.
   *
   * @param chunks as {@link Pages#CHUNKS_PER_POOL}: with few, chunks have many pages
   */
  PoolRun(long seed, int streams, long limit, boolean paged, int chunks, boolean failing) {
    this.random = new Random(seed);
    this.limit = limit;
    this.paged = paged;
    this.singlePages = chunks >= limit / PAGE;
    this.failing = failing;
    this.device = new FakeDevice(PAGE, limit + limit / 4);
    PoolSettings settings =
        PoolSettings.GROW
            .withLimit(limit)
            .withReserve(random.nextInt(3) / 4.0)
            .withGiveBackAfter(Duration.ZERO);
    this.streams = new long[streams];
    for (int i = 0; i < streams; i++) {
      this.streams[i] = i == 0 ? 0 : nextStream++;
      device.streams.create(this.streams[i]);
    }
    this.pool =
        paged
            ? MemoryPool.overPages(device, device, settings, chunks)
            : MemoryPool.overSegments(device.segments(), device, settings);
  }

  void run(long operations) {
    for (long i = 0; i < operations; i++) {
      if (failing && random.nextInt(50) == 0) {
        device.failIn(1 + random.nextInt(12), random.nextBoolean() ? 2 : 719);
      }
      try {
        step();
      } catch (CudaException e) {
        if (!failing || !device.hasFailed()) {
          throw new AssertionError("An error that nobody asked for", e);
        }
        failures++;
      }
      if (i % 64 == 0) {
        check();
      }
    }
  }

  private void step() {
    int dice = random.nextInt(1000);
    // Now and then the program wants nearly everything, now and then nearly nothing.
    boolean filling = live < limit / 2 || (random.nextBoolean() && live < limit - limit / 8);
    if (dice < 960) {
      if (count > 0 && (!filling || random.nextInt(5) < 2)) {
        free(random.nextInt(count));
      } else {
        allocate();
      }
    } else if (dice < 985) {
      FakeStreams.Stream s = device.streams.of(stream());
      device.streams.run(s, s.done + 1 + random.nextInt(200));
    } else if (dice < 988) {
      device.streams.runAll();
    } else if (dice < 995) {
      pool.tick();
    } else if (dice < 997) {
      pool.trim(random.nextLong(limit));
    } else if (dice < 998 && streams.length > 1) {
      endStream(1 + random.nextInt(streams.length - 1));
    }
  }

  private long stream() {
    return streams[random.nextInt(streams.length)];
  }

  private long size() {
    int dice = random.nextInt(10_000);
    if (dice < 9000) {
      return 1L + random.nextInt(random.nextBoolean() ? 4096 : 16 << 10);
    } else if (dice < 9990) {
      return 1L + random.nextInt(256 << 10);
    } else if (dice < 9998) {
      return 1L + random.nextInt(5 << 20);
    }
    long much = limit - random.nextInt(1 << 20);
    return random.nextBoolean() && much > 0 ? much : limit + 1 + random.nextInt(9);
  }

  private void allocate() {
    long bytes = size();
    long stream = stream();
    long held = device.used();
    long address;
    try {
      address = pool.allocate(bytes, stream);
    } catch (OutOfDeviceMemoryException e) {
      refusals++;
      mustBeFull(bytes, e);
      return;
    }
    device.allocated(address, Sizes.round(bytes), stream);
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
      sizes = Arrays.copyOf(sizes, 2 * count);
      owners = Arrays.copyOf(owners, 2 * count);
    }
    addresses[count] = address;
    sizes[count] = bytes;
    owners[count++] = stream;
    live += bytes;
    if (paged && singlePages && streams.length == 1 && device.used() > held && !failing) {
      // It grew, so there was no page left without something live or cached in it.
      long occupied = occupied();
      if (occupied != device.used()) {
        throw new AssertionError(
            "Grew to " + device.used() + " while only " + occupied + " were in use");
      }
    }
  }

  private long occupied() {
    Set<Long> pages = new HashSet<>();
    for (PoolRange r : pool.map()) {
      if (r.state() == PoolRange.State.LIVE || r.state() == PoolRange.State.CACHED) {
        for (long p = r.address() / PAGE; p <= (r.address() + r.bytes() - 1) / PAGE; p++) {
          pages.add(p);
        }
      }
    }
    return pages.size() * PAGE;
  }

  /** A pool of pages refuses only what its whole free chunks and the limit do not have room for. */
  private void mustBeFull(long bytes, OutOfDeviceMemoryException e) {
    long free = device.used() - device.touched();
    long room = Math.min(limit / PAGE * PAGE - device.used(), limit);
    if (paged && !failing && free + room >= Sizes.round(bytes) + PAGE) {
      throw new AssertionError("Refused with " + free + " free and room for " + room, e);
    }
  }

  private void free(int which) {
    long address = addresses[which];
    long bytes = sizes[which];
    long owner = owners[which];
    long stream = random.nextInt(4) == 0 ? stream() : owner;
    if (stream != owner) {
      device.streams.order(device.streams.of(stream), device.streams.of(owner));
    }
    device.freed(address, Sizes.round(bytes), stream);
    count--;
    addresses[which] = addresses[count];
    sizes[which] = sizes[count];
    owners[which] = owners[count];
    live -= bytes;
    pool.free(address, bytes, stream);
  }

  private void endStream(int which) {
    long old = streams[which];
    try {
      pool.forget(old);
    } finally {
      for (int i = 0; i < count; i++) {
        if (owners[i] == old) {
          // Someone else has to free it, and so has to come after its work.
          device.streams.order(device.streams.of(0), device.streams.of(old));
          owners[i] = 0;
        }
      }
      device.streams.destroy(old);
      streams[which] = random.nextBoolean() ? old : nextStream++; // handles are used again
      device.streams.create(streams[which]);
    }
  }

  private void check() {
    MemoryUse use = pool.use();
    if (use.live() != live || use.live() + use.cached() + use.fragmented() != use.held()) {
      throw new AssertionError("Live are " + live + ", not " + use);
    }
    if (use.fragmented() < 0 || use.cached() < 0 || use.peakLive() < live) {
      throw new AssertionError("Cannot be: " + use);
    }
    if (device.mostUsed() > limit || use.peakHeld() > limit || use.held() > limit) {
      throw new AssertionError("The limit was passed: " + device.mostUsed() + " of " + limit);
    }
    if (!failing && use.held() != device.used()) {
      throw new AssertionError(use + ", but the device has given " + device.used());
    }
  }

  MemoryPool pool() {
    return pool;
  }

  /** The pages of the largest chunk so far. */
  long largestChunk() {
    return device.largestMade() / PAGE;
  }

  /** Frees most of what is live, and closes. */
  void close() {
    device.failIn(0, 0);
    while (count > 0 && random.nextInt(1000) != 0) {
      free(random.nextInt(count));
    }
    check();
    device.closing();
    if (failing) {
      device.failIn(1 + random.nextInt(20), 719);
      try {
        pool.close();
      } catch (CudaException e) {
        failures++;
      }
      device.failIn(0, 0);
    }
    pool.close();
    if (!device.hasNothing()) {
      throw new AssertionError("Left after the close: " + device.rest());
    }
  }
}

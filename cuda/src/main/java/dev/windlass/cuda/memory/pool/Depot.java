package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.memory.MemoryEvents;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a magazine cannot serve: the arena and what stands behind it, under one lock. The lock's
 * holder may take a magazine's lock, never the other way round. It parks who waits, so it may be
 * held during calls of the driver; nothing under it waits for the device, but {@link #close} and,
 * with segments, giving one back.
 */
final class Depot {
  /** An age in ticks that is surely four ticks long. */
  private static final int OLD = 5;

  /** So much goes back at once while others wait for the lock. */
  private static final long GIVE_BACK_STEP = 256L << 20;

  private static final long PER_THREAD_STREAM = 2;

  /** So much that is small may be cached while the pool grows, and this part of what is held. */
  private static final long SMALL_CACHE = 8 << 20;

  private static final int SMALL_CACHE_PART = 128;

  private final ReentrantLock lock = new ReentrantLock();
  private final StreamTable table;
  private final StreamOrder order;
  private final Arena arena;
  private final Epochs epochs;
  private final Backing backing;
  private final Report report;
  private final long limit;
  private final long most;
  private final long reserved;
  private final Magazine.Sink returned = this::returned;
  private boolean closed;
  private long liveOfForgotten;
  private long misses;
  private long flushes;
  private long wrongFrees;

  /**
   * Makes it.
   *
   * @param limit as it was set
   * @param most the most bytes to hold
   * @param reserved what is kept when memory is given back for its age
   */
  Depot(
      StreamTable table,
      StreamOrder order,
      Arena arena,
      Epochs epochs,
      Backing backing,
      long limit,
      long most,
      long reserved) {
    this.table = table;
    this.order = order;
    this.arena = arena;
    this.epochs = epochs;
    this.backing = backing;
    this.report = new Report(arena, epochs, backing);
    this.limit = limit;
    this.most = most;
    this.reserved = reserved;
    try {
      if (!backing.reserve(reserved)) {
        throw outOfMemory(reserved);
      }
    } catch (RuntimeException e) {
      try {
        close();
      } catch (RuntimeException next) {
        e.addSuppressed(next);
      }
      throw e;
    }
  }

  long allocate(long bytes, long stream) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("Memory has 1 byte or more, not " + bytes);
    }
    lock.lock();
    try {
      order.bind();
      if (closed) {
        throw new IllegalStateException("The memory pool is closed");
      }
      Owner owner = owner(stream);
      misses++;
      long address = bytes <= most ? find(owner, Sizes.round(bytes)) : 0;
      if (address == 0) {
        throw outOfMemory(bytes);
      }
      owner.magazine.taken(bytes);
      return address;
    } finally {
      lock.unlock();
    }
  }

  private Owner owner(long stream) {
    Magazine magazine = table.find(stream);
    if (magazine != null) {
      return epochs.of(magazine);
    }
    if (stream == PER_THREAD_STREAM) {
      throw new IllegalArgumentException(
          "CU_STREAM_PER_THREAD is another stream on each thread; memory needs one stream");
    }
    Owner owner = epochs.add(stream);
    table.add(owner.magazine);
    return owner;
  }

  /** The miss order, cheapest first. */
  private long find(Owner owner, long size) {
    long address = fit(owner, size);
    if (address == 0 && flushLarge()) {
      address = fit(owner, size);
    }
    boolean flushed = false;
    if (address == 0 && cachedIsMuch()) {
      flushed = true;
      address = flush() ? fit(owner, size) : 0;
    }
    if (address == 0) {
      address = fitWhenDone(owner, size);
    }
    if (address == 0) {
      address = fromAnotherStream(owner, size);
    }
    if (address == 0) {
      address = grow(owner, size);
    }
    if (address == 0 && !flushed && flush()) {
      address = fitWhenDone(owner, size);
    }
    if (address == 0) {
      for (Owner other : epochs.owners()) {
        epochs.await(owner, other);
      }
      address = arena.gather(owner, epochs.owners(), size);
    }
    return address != 0 ? address : grow(owner, size);
  }

  private long grow(Owner owner, long size) {
    long before = backing.held();
    long address = backing.grow(owner, size);
    long held = backing.held();
    if (held > before) {
      MemoryEvents.growth(held - before, held);
    }
    return address;
  }

  private long fit(Owner owner, long size) {
    Block block = arena.fit(owner, size);
    return block == null ? 0 : arena.carve(block, block.address, size);
  }

  private long fitWhenDone(Owner owner, long size) {
    for (Owner o : epochs.owners()) {
      epochs.close(o);
    }
    epochs.poll();
    backing.settle();
    long address = fit(owner, size);
    return address != 0 ? address : arena.gather(owner, List.of(owner), size);
  }

  private boolean flushLarge() {
    boolean any = false;
    for (Owner owner : epochs.owners()) {
      any |= owner.magazine.drainLarge(returned, owner);
    }
    return any;
  }

  private boolean flush() {
    flushes++;
    boolean any = false;
    for (Owner owner : epochs.owners()) {
      any |= owner.magazine.drain(returned, owner);
    }
    return any;
  }

  /** Whether small cached blocks are worth more as memory than as a cache that is warm. */
  private boolean cachedIsMuch() {
    long cached = 0;
    for (Owner owner : epochs.owners()) {
      cached += owner.magazine.smallBytes();
    }
    return cached > Math.max(SMALL_CACHE, backing.held() / SMALL_CACHE_PART);
  }

  private void returned(Owner owner, long address) {
    Block block = arena.live.remove(address);
    if (block == null) {
      wrongFrees++;
    } else {
      release(block, owner);
    }
  }

  private void release(Block block, Owner owner) {
    backing.touched(block);
    arena.release(block, owner, epochs.open(owner));
  }

  private long fromAnotherStream(Owner owner, long size) {
    Block best = null;
    for (Owner other : epochs.owners()) {
      Block block = other == owner ? null : other.free.fit(size);
      if (block != null && (best == null || block.bytes < best.bytes)) {
        best = block;
      }
    }
    if (best == null) {
      return 0;
    }
    epochs.await(owner, best.owner);
    return owner.mayUse(best) ? arena.carve(best, best.address, size) : 0;
  }

  void free(long address, long bytes, long stream) {
    lock.lock();
    try {
      order.bind();
      if (closed) {
        return;
      }
      Owner owner = owner(stream);
      Magazine magazine = owner.magazine;
      if (!magazine.put(address, bytes)) {
        magazine.drainHalf(bytes, returned, owner);
        if (!magazine.put(address, bytes)) {
          Block block = arena.live.remove(address);
          if (block == null) {
            wrongFrees++;
            throw new IllegalArgumentException(
                "0x" + Long.toHexString(address) + " is not of this pool, or free already");
          }
          magazine.freed(bytes);
          release(block, owner);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void forget(long stream) {
    lock.lock();
    try {
      order.bind();
      Magazine magazine = table.find(stream);
      if (magazine != null) {
        Owner owner = epochs.of(magazine);
        table.remove(magazine);
        magazine.end();
        magazine.drain(returned, owner);
        long[] sums = new long[3];
        magazine.addTo(sums);
        liveOfForgotten += sums[0];
        epochs.forget(owner);
      }
    } finally {
      lock.unlock();
    }
  }

  long trim(long bytesToKeep) {
    lock.lock();
    try {
      order.bind();
      if (closed) {
        return 0;
      }
      flush();
      return giveBack(Math.max(0, bytesToKeep), 0);
    } finally {
      lock.unlock();
    }
  }

  private long giveBack(long bytesToKeep, int idleTicks) {
    for (Owner owner : epochs.owners()) {
      epochs.close(owner);
    }
    epochs.poll();
    backing.settle();
    long given = backing.giveBack(bytesToKeep, idleTicks);
    if (given > 0) {
      MemoryEvents.giveBack(given, backing.held());
    }
    return given;
  }

  /** Time passes: gives back what was not used for four to seven ticks. */
  void tick() {
    lock.lock();
    try {
      for (Owner owner : epochs.owners()) {
        owner.magazine.drainUnused(returned, owner);
      }
      backing.tick();
    } finally {
      lock.unlock();
    }
    boolean more = true;
    while (more) {
      lock.lock();
      try {
        more = !closed && giveBackStep();
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean giveBackStep() {
    order.bind();
    return giveBack(Math.max(reserved, backing.held() - GIVE_BACK_STEP), OLD) > 0;
  }

  private OutOfDeviceMemoryException outOfMemory(long asked) {
    return report.outOfMemory(asked, limit, report.use(liveOfForgotten, closed));
  }

  MemoryUse use() {
    lock.lock();
    try {
      return report.use(liveOfForgotten, closed);
    } finally {
      lock.unlock();
    }
  }

  PoolCounters counters() {
    lock.lock();
    try {
      return backing.addTo(
          new PoolCounters(misses, flushes, epochs.waits, 0, 0, 0, epochs.calls, wrongFrees));
    } finally {
      lock.unlock();
    }
  }

  long largestFree() {
    lock.lock();
    try {
      return closed ? 0 : backing.largest();
    } finally {
      lock.unlock();
    }
  }

  List<PoolRange> map() {
    lock.lock();
    try {
      return closed ? List.of() : report.map();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      Failures failures = new Failures();
      closed = true;
      table.clear();
      for (Owner owner : epochs.owners()) {
        owner.magazine.end();
        owner.magazine.drain((o, address) -> {}, owner);
      }
      if (failures.attempt(epochs::synchronize)) {
        backing.close(failures);
        epochs.close(failures);
      }
      failures.throwFirst();
    } finally {
      lock.unlock();
    }
  }
}

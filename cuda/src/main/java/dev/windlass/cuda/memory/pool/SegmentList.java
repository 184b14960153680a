package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whole segments, for devices without virtual memory. Nothing can be moved, so a segment goes back
 * only when nothing in it is live; that it is not idle yet does no harm, as freeing a segment waits
 * for all work. Small requests share segments of 2 MiB, medium ones of 20 MiB, from 10 MiB on a
 * request has its own. Where limit or device have no room for that, empty segments go back first,
 * and a segment is as small as the request allows.
 */
final class SegmentList implements Backing {
  private static final long SMALL = 2 << 20;
  private static final long MEDIUM = 20 << 20;

  private final Segments segments;
  private final Arena arena;
  private final long most;
  private final List<Block> regions = new ArrayList<>();
  private @Nullable CudaException refusal;
  private long held;
  private long mostHeld;
  private int now;
  private long taken;
  private long returned;
  private long calls;

  SegmentList(Segments segments, Arena arena, long most) {
    this.segments = segments;
    this.arena = arena;
    this.most = most;
  }

  @Override
  public Source source() {
    return Source.SEGMENTS;
  }

  @Override
  public void info(long[] freeAndTotal) {
    segments.info(freeAndTotal);
  }

  @Override
  public Optional<CudaException> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public boolean reserve(long bytes) {
    refusal = null;
    return bytes < Sizes.UNIT || add(bytes / Sizes.UNIT * Sizes.UNIT) != null;
  }

  @Override
  public long grow(Owner owner, long bytes) {
    refusal = null;
    long size = bytes <= SMALL / 2 ? SMALL : bytes < MEDIUM / 2 ? MEDIUM : roundUp(bytes);
    Block block = add(size);
    if (block == null) {
      long room = most - held;
      for (int i = regions.size() - 1; i >= 0; i--) {
        if (isEmpty(regions.get(i))) {
          remove(i);
        }
      }
      if (room < most - held) {
        block = add(size);
      }
      if (block == null && bytes < size) {
        block = add(bytes);
      }
    }
    return block == null ? 0 : arena.carve(block, block.address, bytes);
  }

  private static long roundUp(long bytes) {
    return (bytes + SMALL - 1) & -SMALL;
  }

  private @Nullable Block add(long bytes) {
    if (bytes > most - held) {
      return null;
    }
    long address;
    try {
      calls++;
      address = segments.allocate(bytes);
    } catch (CudaException e) {
      if (e.code() == CudaError.OUT_OF_MEMORY.code()) {
        refusal = e;
        return null;
      }
      throw e;
    }
    taken++;
    held += bytes;
    mostHeld = Math.max(mostHeld, held);
    Block block = arena.cover(Region.ofSegment(address, bytes), Block.FREE);
    block.region.stamps[0] = now;
    regions.add(block);
    return block;
  }

  private static boolean isEmpty(Block first) {
    for (Block b = first; b != null; b = b.next) {
      if (b.state != Block.FREE) {
        return false;
      }
    }
    return true;
  }

  private void remove(int i) {
    Block first = regions.get(i);
    calls++;
    segments.free(first.region.base);
    returned++;
    held -= first.region.bytes;
    regions.remove(i);
    for (Block b = first; b != null; ) {
      Block next = b.next;
      b.owner.free.remove(b);
      arena.drop(b);
      b = next;
    }
  }

  @Override
  public void settle() {}

  @Override
  public void touched(Block block) {
    block.region.stamps[0] = now;
  }

  @Override
  public void tick() {
    now++;
  }

  @Override
  public long giveBack(long bytesToKeep, int idleTicks) {
    long before = held;
    for (int i = regions.size() - 1; i >= 0; i--) {
      Region region = regions.get(i).region;
      if (held - region.bytes >= bytesToKeep
          && now - region.stamps[0] >= idleTicks
          && isIdle(regions.get(i))) {
        remove(i);
      }
    }
    return before - held;
  }

  /** Empty, and nobody has to wait to free it. */
  private static boolean isIdle(Block first) {
    return first.state == Block.FREE && first.owner.isNobody() && first.next == null;
  }

  @Override
  public long held() {
    return held;
  }

  @Override
  public long mostHeld() {
    return mostHeld;
  }

  @Override
  public long whole() {
    long bytes = 0;
    for (Block first : regions) {
      bytes += isEmpty(first) ? first.region.bytes : 0;
    }
    return bytes;
  }

  @Override
  public long largest() {
    return arena.largest(regions);
  }

  @Override
  public List<Block> regions() {
    return regions;
  }

  @Override
  public PoolCounters addTo(PoolCounters c) {
    return new PoolCounters(
        c.misses(),
        c.flushes(),
        c.crossStreamWaits(),
        0,
        taken,
        returned,
        c.driverCalls() + calls,
        c.wrongFrees());
  }

  @Override
  public void close(Failures failures) {
    for (int i = regions.size() - 1; i >= 0; i--) {
      Region region = regions.get(i).region;
      if (failures.attempt(() -> segments.free(region.base))) {
        regions.remove(i);
        held -= region.bytes;
        returned++;
      }
    }
  }
}

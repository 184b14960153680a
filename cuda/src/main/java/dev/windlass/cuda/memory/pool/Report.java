package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.MemoryEvents;
import dev.windlass.cuda.memory.MemoryUse;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pool tells of itself, worked out when it is asked. Called under the depot's lock. */
final class Report {
  private final Arena arena;
  private final Epochs epochs;
  private final Backing backing;

  Report(Arena arena, Epochs epochs, Backing backing) {
    this.arena = arena;
    this.epochs = epochs;
    this.backing = backing;
  }

  /**
   * The use of the memory. Other threads go on meanwhile, so the sums over streams may be of
   * several moments; they are made to fit.
   *
   * @param liveOfForgotten live bytes less freed bytes of streams that have ended
   */
  MemoryUse use(long liveOfForgotten, boolean closed) {
    long held = backing.held();
    long[] sums = {liveOfForgotten, liveOfForgotten, 0};
    for (Owner owner : epochs.owners()) {
      if (!owner.forgotten) {
        owner.magazine.addTo(sums);
      }
    }
    long live = closed ? 0 : Math.max(0, Math.min(held, sums[0]));
    long cached = closed ? held : Math.min(held - live, backing.whole() + sums[2]);
    long mostLive = Math.max(live, Math.min(sums[1], arena.mostOut()));
    return new MemoryUse(live, cached, held - live - cached, held, mostLive, backing.mostHeld());
  }

  OutOfDeviceMemoryException outOfMemory(long asked, long limit, MemoryUse use) {
    long[] device = {MemoryBreakdown.UNKNOWN, MemoryBreakdown.UNKNOWN};
    try {
      backing.info(device);
    } catch (CudaException e) {
      device[0] = MemoryBreakdown.UNKNOWN;
    }
    MemoryBreakdown breakdown =
        new MemoryBreakdown(
            asked,
            backing.largest(),
            use.live(),
            use.cached(),
            use.fragmented(),
            use.held(),
            limit,
            device[0],
            device[1],
            backing.source());
    MemoryEvents.outOfMemory(breakdown);
    return new OutOfDeviceMemoryException(breakdown, backing.refusal().orElse(null));
  }

  List<PoolRange> map() {
    Set<Long> cached = new HashSet<>();
    for (Owner owner : epochs.owners()) {
      owner.magazine.forEach((o, address) -> cached.add(address), owner);
    }
    List<PoolRange> map = new ArrayList<>();
    for (Block first : backing.regions()) {
      for (Block b = first; b != null; b = b.next) {
        map.add(range(b, cached.contains(b.address)));
      }
    }
    return map;
  }

  private static PoolRange range(Block b, boolean cached) {
    PoolRange.State state =
        switch (b.state) {
          case Block.LIVE -> cached ? PoolRange.State.CACHED : PoolRange.State.LIVE;
          case Block.FREE -> b.owner.isNobody() ? PoolRange.State.IDLE : PoolRange.State.PENDING;
          default -> PoolRange.State.UNMAPPED;
        };
    long stream = state == PoolRange.State.PENDING ? b.owner.stream() : 0;
    return new PoolRange(b.address, b.bytes, state, stream);
  }
}

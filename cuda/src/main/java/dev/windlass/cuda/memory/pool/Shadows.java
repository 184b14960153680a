package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import java.util.ArrayList;
import java.util.List;

/** Old addresses of pages that were moved: mapped until no work can use them any more. */
final class Shadows {
  private final PhysicalMemory memory;
  private final Arena arena;
  private final List<Block> shadows = new ArrayList<>();
  long calls;

  Shadows(PhysicalMemory memory, Arena arena) {
    this.memory = memory;
    this.arena = arena;
  }

  boolean isEmpty() {
    return shadows.isEmpty();
  }

  /** A block that is in no bin becomes a shadow of its owner's work. */
  void add(Block block) {
    block.state = Block.SHADOW;
    shadows.add(block);
  }

  /** Unmaps those whose work is done. What cannot be unmapped now is tried again. */
  void settle() {
    for (int i = shadows.size() - 1; i >= 0; i--) {
      Block shadow = shadows.get(i);
      if (shadow.owner.isNobody() || shadow.owner.done >= shadow.epoch) {
        try {
          unmap(i);
        } catch (CudaException e) {
          // The next time, then.
        }
      }
    }
  }

  private void unmap(int i) {
    Block shadow = shadows.get(i);
    calls++;
    memory.unmap(shadow.address, shadow.bytes);
    shadows.set(i, shadows.get(shadows.size() - 1));
    shadows.remove(shadows.size() - 1);
    arena.insert(shadow, Block.EMPTY, arena.nobody, 0);
  }

  /** Unmaps all. */
  void close(Failures failures) {
    for (int i = shadows.size() - 1; i >= 0; i--) {
      int which = i;
      failures.attempt(() -> unmap(which));
    }
  }
}

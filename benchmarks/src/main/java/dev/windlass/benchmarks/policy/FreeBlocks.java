package dev.windlass.benchmarks.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The free blocks of the small or of the large requests. */
final class FreeBlocks {
  final boolean small;
  final TreeSet<Block> mapped = new TreeSet<>(Block.BY_SIZE);
  final TreeSet<Block> unmapped = new TreeSet<>(Block.BY_ADDRESS);
  private final Block probe = new Block(this, 0, 0, 0); // to search with: a search makes no garbage

  FreeBlocks(boolean small) {
    this.small = small;
  }

  /** The smallest block of a stream of at least so many bytes; it stays in the set. */
  @Nullable Block bestFit(long stream, long bytes) {
    Block found = mapped.ceiling(probe(stream, 0, bytes));
    if (found == null || found.stream != stream) {
      return null;
    }
    return found.segment == null ? found : bestExpandable(found);
  }

  /**
   * A block at the end of what is mapped counts as large as it can grow, so that a request does not
   * eat into it while another block fits better.
   */
  private Block bestExpandable(Block first) {
    Block best = first;
    for (Block other : mapped.tailSet(first, false)) {
      if (other.stream != best.stream || expandableBytes(other) >= expandableBytes(best)) {
        break;
      }
      best = other;
    }
    return best;
  }

  private static long expandableBytes(Block block) {
    Block next = block.next;
    return block.bytes + (next != null && !next.mapped ? next.bytes : 0);
  }

  /** The unmapped blocks of a stream, from the lowest address. */
  List<Block> unmapped(long stream) {
    List<Block> all = new ArrayList<>();
    for (Block block : unmapped.tailSet(probe(stream, 0, 0), true)) {
      if (block.stream != stream) {
        break;
      }
      all.add(block);
    }
    return all;
  }

  private Block probe(long stream, long address, long bytes) {
    probe.stream = stream;
    probe.address = address;
    probe.bytes = bytes;
    return probe;
  }
}

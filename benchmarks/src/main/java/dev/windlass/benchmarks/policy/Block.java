package dev.windlass.benchmarks.policy;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A piece of a segment, with its neighbours. */
final class Block {
  /** Best fit: of one stream, the smallest that is large enough, the lowest address first. */
  static final Comparator<Block> BY_SIZE =
      (a, b) -> {
        int order = Long.compare(a.stream, b.stream);
        order = order != 0 ? order : Long.compare(a.bytes, b.bytes);
        return order != 0 ? order : Long.compare(a.address, b.address);
      };

  static final Comparator<Block> BY_ADDRESS =
      (a, b) -> {
        int order = Long.compare(a.stream, b.stream);
        return order != 0 ? order : Long.compare(a.address, b.address);
      };

  final FreeBlocks free; // where it goes when it is freed
  long stream;
  long address;
  long bytes;
  boolean allocated;
  boolean mapped = true; // only an expandable segment has others
  @Nullable Block previous;
  @Nullable Block next;
  @Nullable ExpandableSegment segment;

  Block(FreeBlocks free, long stream, long address, long bytes) {
    this.free = free;
    this.stream = stream;
    this.address = address;
    this.bytes = bytes;
  }

  /** Whether it is all of its segment. */
  boolean whole() {
    return previous == null && next == null;
  }

  /** Keeps the first bytes and returns the rest as a block of its own, in no set. */
  Block split(long first) {
    Block rest = new Block(free, stream, address + first, bytes - first);
    rest.mapped = mapped;
    rest.segment = segment;
    rest.previous = this;
    rest.next = next;
    if (next != null) {
      next.previous = rest;
    }
    next = rest;
    bytes = first;
    return rest;
  }

  /** Takes the block after it, which is in no set any more, into this one. */
  void absorbNext() {
    Block gone = next;
    if (gone == null) {
      throw new IllegalStateException("There is no block after this one");
    }
    bytes += gone.bytes;
    next = gone.next;
    if (next != null) {
      next.previous = this;
    }
  }
}

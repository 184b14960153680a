package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * A range of addresses of an {@link Arena}, in two lists: the chain of its region in the order of
 * addresses, and the bin of its owner if it is {@link #FREE} or {@link #EMPTY}. Recycled, so that
 * an arena at work makes no garbage.
 */
final class Block {
  /** Given out, or in a magazine. */
  static final byte LIVE = 0;

  /** Memory that nobody uses, once {@link #owner}'s work is done up to {@link #epoch}. */
  static final byte FREE = 1;

  /** Addresses without memory. */
  static final byte EMPTY = 2;

  /** The old addresses of pages that were moved, which the owner's work may still use. */
  static final byte SHADOW = 3;

  long address;
  long bytes;
  byte state;
  Owner owner;
  long epoch;
  Region region;
  @Nullable Block previous;
  @Nullable Block next;
  int bin;
  @Nullable Block binPrevious;
  @Nullable Block binNext;

  Block(Region region, Owner owner) {
    this.region = region;
    this.owner = owner;
  }

  long end() {
    return address + bytes;
  }
}

package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * The blocks: which addresses are live, free (and whose), empty or shadows. Knows nothing of the
 * driver. Two neighbours that are both free and of one owner are always one block.
 */
final class Arena {
  final Owner nobody = Owner.nobody();

  /** Addresses without memory. */
  final Bins empty = new Bins();

  final BlockTable live = new BlockTable();
  private @Nullable Block spare;
  private long out;
  private long mostOut;

  /** Bytes that are given out, or in magazines. */
  long out() {
    return out;
  }

  long mostOut() {
    return mostOut;
  }

  /** The one block of a new region. */
  Block cover(Region region, byte state) {
    Block block = node(region);
    block.address = region.base;
    block.bytes = region.bytes;
    return insert(block, state, nobody, 0);
  }

  private Block node(Region region) {
    Block block = spare;
    if (block == null) {
      return new Block(region, nobody);
    }
    spare = block.next;
    block.next = null;
    block.region = region;
    return block;
  }

  /** The better of what is the owner's and what is nobody's. */
  @Nullable Block fit(Owner owner, long bytes) {
    Block own = owner.free.fit(bytes);
    Block idle = own != null && own.bytes == bytes ? null : nobody.free.fit(bytes);
    return own == null || (idle != null && idle.bytes < own.bytes) ? idle : own;
  }

  /** Gives out addresses that lie in this free block and free blocks that follow it. */
  long carve(Block block, long address, long bytes) {
    Block taken = takeOut(block, address, bytes);
    taken.state = Block.LIVE;
    taken.owner = nobody;
    live.put(taken);
    out += bytes;
    mostOut = Math.max(mostOut, out);
    return address;
  }

  private Block takeOut(Block block, long address, long bytes) {
    Block taken = cut(block, address, Math.min(address + bytes, block.end()));
    while (taken.bytes < bytes) {
      Block next = taken.next;
      if (next == null) {
        throw new IllegalStateException("A block ends at the end of its region");
      }
      long to = Math.min(address + bytes, next.end());
      join(taken, cut(next, next.address, to));
    }
    return taken;
  }

  /**
   * Chunks that are free, but in parts of several owners, become the owner's, who may use all
   * parts.
   *
   * @return whether there was any
   */
  boolean unite(Owner owner, Iterable<Block> regions) {
    boolean any = false;
    for (Block first : regions) {
      Region region = first.region;
      long page = region.bytes / region.chunks.length;
      Block b = first;
      while (b != null) {
        Block next = b.next;
        Chunk chunk =
            next == null || !mayUse(owner, b) || !mayUse(owner, next)
                ? null
                : region.chunks[(int) ((b.end() - 1 - region.base) / page)];
        long from = chunk == null ? 0 : region.base + chunk.first * page;
        long to = chunk == null ? 0 : region.base + chunk.end() * page;
        Block start = to > b.end() ? runFrom(owner, b, from, to) : null;
        if (start == null) {
          b = next;
        } else {
          owner.dirty = true;
          b = insert(takeOut(start, from, to - from), Block.FREE, owner, owner.open);
          any = true;
        }
      }
    }
    return any;
  }

  /** The block in which addresses start that this and other free blocks have; null if not all. */
  private static @Nullable Block runFrom(Owner owner, Block block, long from, long to) {
    if (!mayUse(owner, block) || !mayUse(owner, block.next)) {
      return null;
    }
    Block first = leftmost(owner, block, from);
    return first.address <= from && rightmost(owner, block, to).end() >= to ? first : null;
  }

  /** The first of the free blocks up to this one that the owner may use, as far as an address. */
  static Block leftmost(Owner owner, Block block, long from) {
    Block first = block;
    Block previous = first.previous;
    while (first.address > from && previous != null && mayUse(owner, previous)) {
      first = previous;
      previous = first.previous;
    }
    return first;
  }

  /** The last of the free blocks from this one on that the owner may use, as far as an address. */
  static Block rightmost(Owner owner, Block block, long to) {
    Block last = block;
    Block next = last.next;
    while (last.end() < to && next != null && mayUse(owner, next)) {
      last = next;
      next = last.next;
    }
    return last;
  }

  /** A live block, which is not in the table any more, becomes free. */
  void release(Block block, Owner owner, long epoch) {
    out -= block.bytes;
    insert(block, Block.FREE, owner, epoch);
  }

  /** A block in no bin gets a state and an owner, and joins its neighbours of that kind. */
  Block insert(Block block, byte state, Owner owner, long epoch) {
    block.state = state;
    block.owner = owner;
    block.epoch = epoch;
    Block previous = block.previous;
    if (previous != null && previous.state == state && previous.owner == owner) {
      bins(previous).remove(previous);
      block = join(previous, block);
    }
    Block next = block.next;
    if (next != null && next.state == state && next.owner == owner) {
      bins(next).remove(next);
      join(block, next);
    }
    bins(block).add(block);
    return block;
  }

  private Bins bins(Block block) {
    return block.state == Block.EMPTY ? empty : block.owner.free;
  }

  /** Takes a free or empty block out of its bin, and what it has beyond these addresses off it. */
  Block cut(Block block, long from, long to) {
    bins(block).remove(block);
    Block middle = block;
    if (from > block.address) {
      middle = split(block, from);
      bins(block).add(block);
    }
    if (to < middle.end()) {
      Block rest = split(middle, to);
      bins(rest).add(rest);
    }
    return middle;
  }

  private Block split(Block block, long at) {
    Block rest = node(block.region);
    rest.address = at;
    rest.bytes = block.end() - at;
    rest.state = block.state;
    rest.owner = block.owner;
    rest.epoch = block.epoch;
    block.bytes = at - block.address;
    Block next = block.next;
    rest.previous = block;
    rest.next = next;
    block.next = rest;
    if (next != null) {
      next.previous = rest;
    }
    return rest;
  }

  private Block join(Block block, Block next) {
    block.bytes += next.bytes;
    block.epoch = Math.max(block.epoch, next.epoch);
    drop(next);
    return block;
  }

  /** Takes a block that is in no bin out of its chain. */
  void drop(Block block) {
    Block previous = block.previous;
    Block next = block.next;
    if (previous != null) {
      previous.next = next;
    }
    if (next != null) {
      next.previous = previous;
    }
    block.previous = null;
    block.next = spare;
    spare = block;
  }

  /** What an owner freed in epochs that are done now is nobody's. */
  void done(Owner owner) {
    Block block = owner.free.first();
    while (block != null) {
      Block after = owner.free.after(block);
      if (block.epoch <= owner.done) {
        owner.free.remove(block);
        insert(block, Block.FREE, nobody, 0);
      }
      block = after;
    }
  }

  /** Memory from free blocks side by side that the owner may use; 0 if there is no such run. */
  long gather(Owner owner, Iterable<Owner> sources, long bytes) {
    for (Owner source : sources) {
      for (Block b = source.free.first(); b != null; b = source.free.after(b)) {
        if (!owner.mayUse(b)) {
          continue;
        }
        Block first = leftmost(owner, b, Long.MIN_VALUE);
        long to = first.address + bytes;
        if (rightmost(owner, first, to).end() >= to) {
          return carve(first, first.address, bytes);
        }
      }
    }
    return 0;
  }

  /** The largest run of free blocks side by side. */
  long largest(Iterable<Block> regions) {
    long largest = 0;
    for (Block first : regions) {
      long run = 0;
      for (Block b = first; b != null; b = b.next) {
        run = b.state == Block.FREE ? run + b.bytes : 0;
        largest = Math.max(largest, run);
      }
    }
    return largest;
  }

  static boolean mayUse(Owner owner, @Nullable Block block) {
    return block != null && block.state == Block.FREE && owner.mayUse(block);
  }
}

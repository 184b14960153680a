package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * What one stream freed and may have back at once: a stack of addresses per size, since a stream
 * runs its work in order. Sizes up to 1 MiB have a stack per class; larger ones share 64 places,
 * each for one exact size at a time. No lookup, no object, no lock but its own.
 *
 * <p>A stack is an array that starts with how many addresses it has and how many of them nobody
 * wanted since the last tick (the low-water mark, which is what ageing takes).
 */
final class Magazine extends SpinLock {
  /** Takes what a magazine gives up. */
  interface Sink {
    void accept(Owner owner, long address);
  }

  private static final int COUNT = 0;
  private static final int LOW = 1;
  private static final int FIRST = 2;
  private static final int LARGE_PLACES = 64;
  private static final int LARGE_DEPTH = 8;
  private static final long CLASS_BYTES = 4 << 20;

  final long stream;

  /** The index of its {@link Owner}. */
  final int owner;

  private final long[] @Nullable [] stacks = new long[Sizes.CLASSES + LARGE_PLACES][];
  private final long[] largeSizes = new long[LARGE_PLACES];

  /** Bytes asked for on the stream less bytes freed on it; may be below 0. */
  private long live;

  private long mostLive;
  private boolean ended;

  Magazine(long stream, int owner) {
    this.stream = stream;
    this.owner = owner;
  }

  /** An address of at least so many bytes, or 0. */
  long take(long bytes) {
    lock();
    try {
      long address = 0;
      if (Sizes.hasClass(bytes)) {
        address = pop(stacks[Sizes.classOf(bytes)]);
      } else if (bytes > 0) {
        address = takeLarge(Sizes.roundLarge(bytes));
      }
      if (address != 0) {
        count(bytes);
      }
      return address;
    } finally {
      unlock();
    }
  }

  private long takeLarge(long size) {
    int place = place(size);
    if (largeSizes[place] != size) {
      place ^= 1;
    }
    return largeSizes[place] == size ? pop(stacks[Sizes.CLASSES + place]) : 0;
  }

  private void count(long bytes) {
    live += bytes;
    if (live > mostLive) {
      mostLive = live;
    }
  }

  /** Says that memory for the stream came from elsewhere. */
  void taken(long bytes) {
    lock();
    count(bytes);
    unlock();
  }

  /** Whether the memory is here now; if not, the caller has it still. */
  boolean put(long address, long bytes) {
    lock();
    try {
      boolean here = !ended && putLocked(address, bytes);
      if (here) {
        live -= bytes;
      }
      return here;
    } finally {
      unlock();
    }
  }

  private boolean putLocked(long address, long bytes) {
    if (!Sizes.hasClass(bytes)) {
      return putLarge(address, Sizes.roundLarge(bytes));
    }
    int sizeClass = Sizes.classOf(bytes);
    long[] stack = stacks[sizeClass];
    if (stack == null || stack[COUNT] + FIRST == stack.length) {
      stack = larger(sizeClass, stack, capacity(sizeClass));
    }
    return stack != null && push(stack, address);
  }

  private boolean putLarge(long address, long size) {
    int place = place(size);
    if (largeSizes[place] != size) {
      int other = place ^ 1;
      if (largeSizes[other] == size || !isEmpty(place)) {
        place = other;
      }
      if (largeSizes[place] != size) {
        if (!isEmpty(place)) {
          return false;
        }
        largeSizes[place] = size;
      }
    }
    long[] stack = stacks[Sizes.CLASSES + place];
    if (stack == null || stack[COUNT] + FIRST == stack.length) {
      stack = larger(Sizes.CLASSES + place, stack, LARGE_DEPTH);
    }
    return stack != null && push(stack, address);
  }

  private boolean isEmpty(int place) {
    long[] stack = stacks[Sizes.CLASSES + place];
    return stack == null || stack[COUNT] == 0;
  }

  private static int place(long size) {
    return (int) (((size >>> 14) * 0x9E3779B97F4A7C15L) >>> 58);
  }

  private static int capacity(int sizeClass) {
    return (int) Math.max(4, Math.min(512, CLASS_BYTES / Sizes.bytesOf(sizeClass)));
  }

  private static long pop(long @Nullable [] stack) {
    if (stack == null) {
      return 0;
    }
    int count = (int) stack[COUNT] - 1;
    if (count < 0) {
      return 0;
    }
    stack[COUNT] = count;
    if (count < stack[LOW]) {
      stack[LOW] = count;
    }
    return stack[FIRST + count];
  }

  private static boolean push(long[] stack, long address) {
    int count = (int) stack[COUNT];
    stack[FIRST + count] = address;
    stack[COUNT] = count + 1L;
    return true;
  }

  private long @Nullable [] larger(int index, long @Nullable [] stack, int capacity) {
    int had = stack == null ? 0 : stack.length - FIRST;
    if (had >= capacity) {
      return null;
    }
    long[] more = new long[FIRST + Math.min(capacity, Math.max(4, 2 * had))];
    if (stack != null) {
      System.arraycopy(stack, 0, more, 0, stack.length);
    }
    stacks[index] = more;
    return more;
  }

  /** Says that memory was freed on the stream that {@link #put} refused. */
  void freed(long bytes) {
    lock();
    live -= bytes;
    unlock();
  }

  /** Gives up the older half of what it has of a size, to make room. */
  void drainHalf(long bytes, Sink sink, Owner owner) {
    lock();
    try {
      long[] stack = Sizes.hasClass(bytes) ? stacks[Sizes.classOf(bytes)] : null;
      if (stack != null) {
        drain(stack, (int) (stack[COUNT] + 1) / 2, sink, owner);
      }
    } finally {
      unlock();
    }
  }

  /** Gives up all that is large; whether there was anything. */
  boolean drainLarge(Sink sink, Owner owner) {
    return drain(Sizes.CLASSES, sink, owner);
  }

  /** Gives up everything; whether there was anything. */
  boolean drain(Sink sink, Owner owner) {
    return drain(0, sink, owner);
  }

  private boolean drain(int from, Sink sink, Owner owner) {
    lock();
    try {
      boolean any = false;
      for (int i = from; i < stacks.length; i++) {
        long[] stack = stacks[i];
        if (stack != null && stack[COUNT] > 0) {
          any = true;
          drain(stack, (int) stack[COUNT], sink, owner);
        }
      }
      return any;
    } finally {
      unlock();
    }
  }

  /** Gives up what nobody wanted since the last time. */
  void drainUnused(Sink sink, Owner owner) {
    lock();
    try {
      for (long[] stack : stacks) {
        if (stack != null) {
          drain(stack, (int) stack[LOW], sink, owner);
          stack[LOW] = stack[COUNT];
        }
      }
    } finally {
      unlock();
    }
  }

  private static void drain(long[] stack, int many, Sink sink, Owner owner) {
    int count = (int) stack[COUNT];
    for (int i = FIRST; i < FIRST + many; i++) {
      sink.accept(owner, stack[i]);
    }
    System.arraycopy(stack, FIRST + many, stack, FIRST, count - many);
    stack[COUNT] = (long) count - many;
    stack[LOW] = Math.max(0, stack[LOW] - many);
  }

  /** Takes nothing any more; {@link #drain} then takes the rest for ever. */
  void end() {
    lock();
    ended = true;
    unlock();
  }

  /** The bytes in stacks of up to 1 MiB. */
  long smallBytes() {
    lock();
    try {
      return bytes(0, Sizes.CLASSES);
    } finally {
      unlock();
    }
  }

  private long bytes(int from, int to) {
    long bytes = 0;
    for (int i = from; i < to; i++) {
      long[] stack = stacks[i];
      if (stack != null && stack[COUNT] > 0) {
        long size = i < Sizes.CLASSES ? Sizes.bytesOf(i) : largeSizes[i - Sizes.CLASSES];
        bytes += stack[COUNT] * size;
      }
    }
    return bytes;
  }

  /**
   * Counts.
   *
   * @param sums takes live, most live and cached bytes in addition to what it has
   */
  void addTo(long[] sums) {
    lock();
    try {
      sums[0] += live;
      sums[1] += mostLive;
      sums[2] += bytes(0, stacks.length);
    } finally {
      unlock();
    }
  }

  /** Shows the addresses that it has. */
  void forEach(Sink sink, Owner owner) {
    lock();
    try {
      for (long[] stack : stacks) {
        if (stack != null) {
          for (int i = FIRST; i < FIRST + stack[COUNT]; i++) {
            sink.accept(owner, stack[i]);
          }
        }
      }
    } finally {
      unlock();
    }
  }
}

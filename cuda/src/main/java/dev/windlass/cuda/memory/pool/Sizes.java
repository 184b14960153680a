package dev.windlass.cuda.memory.pool;

/**
 * How sizes are rounded up. Up to 64 KiB to multiples of 512 bytes, the alignment of CUDA's own
 * memory; above that to one of 64 steps per doubling, so by less than 1.6 %; above 1 MiB to
 * multiples of 16 KiB. Few sizes make frees and allocations meet; fine steps waste little.
 */
final class Sizes {
  static final long UNIT = 512;

  /** The largest size that has a class. */
  static final long LARGEST_CLASS = 1 << 20;

  static final int CLASSES = 384;

  private static final long LARGE_UNIT = 16 << 10;

  private Sizes() {}

  static boolean hasClass(long bytes) {
    return bytes > 0 && bytes <= LARGEST_CLASS;
  }

  /** The class of a size from 1 byte to {@link #LARGEST_CLASS}. */
  static int classOf(long bytes) {
    int n = (int) ((bytes - 1) >>> 9);
    int shift = Math.max(0, 25 - Integer.numberOfLeadingZeros(n));
    return (shift << 6) + (n >>> shift);
  }

  static long bytesOf(int sizeClass) {
    int shift = Math.max(0, (sizeClass >> 6) - 1);
    return (long) (sizeClass - (shift << 6) + 1) << (shift + 9);
  }

  /** A size above {@link #LARGEST_CLASS} rounded up. */
  static long roundLarge(long bytes) {
    return (bytes + LARGE_UNIT - 1) & -LARGE_UNIT;
  }

  /** Any size rounded up; far enough from {@link Long#MAX_VALUE} not to overflow. */
  static long round(long bytes) {
    return bytes <= LARGEST_CLASS ? bytesOf(classOf(bytes)) : roundLarge(bytes);
  }
}

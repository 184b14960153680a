package dev.windlass.cuda.memory.pool;

/** A reservation of addresses, or a segment. */
final class Region {
  final long base;
  final long bytes;

  /** Per page the handle of its memory, 0 if there is none. */
  final long[] handles;

  /** Per page (per segment: one) the tick of the last free in it. */
  final int[] stamps;

  private Region(long base, long bytes, int handles, int stamps) {
    this.base = base;
    this.bytes = bytes;
    this.handles = new long[handles];
    this.stamps = new int[stamps];
  }

  static Region ofPages(long base, long bytes, long page) {
    int pages = Math.toIntExact(bytes / page);
    return new Region(base, bytes, pages, pages);
  }

  static Region ofSegment(long base, long bytes) {
    return new Region(base, bytes, 0, 1);
  }
}

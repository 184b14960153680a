package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/** A reservation of addresses, or a segment. */
final class Region {
  final long base;
  final long bytes;

  /** Per page the memory there, which several pages side by side may share. */
  final @Nullable Chunk[] chunks;

  /** Per page (per segment: one) the tick of the last free in it. */
  final int[] stamps;

  private Region(long base, long bytes, int chunks, int stamps) {
    this.base = base;
    this.bytes = bytes;
    this.chunks = new Chunk[chunks];
    this.stamps = new int[stamps];
  }

  static Region ofPages(long base, long bytes, long page) {
    int pages = Math.toIntExact(bytes / page);
    return new Region(base, bytes, pages, pages);
  }

  static Region ofSegment(long base, long bytes) {
    return new Region(base, bytes, 0, 1);
  }

  /** The last chunk that lies wholly between two pages, or null. */
  @Nullable Chunk lastChunk(int from, int to) {
    int end = to;
    while (end > from) {
      Chunk chunk = chunks[end - 1];
      if (chunk == null) {
        end--;
      } else if (chunk.first < from) {
        return null;
      } else if (chunk.end() <= to) {
        return chunk;
      } else {
        end = chunk.first;
      }
    }
    return null;
  }
}

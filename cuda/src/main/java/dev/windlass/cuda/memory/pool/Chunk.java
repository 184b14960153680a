package dev.windlass.cuda.memory.pool;

import org.jspecify.annotations.Nullable;

/**
 * Physical memory with one handle: a page, or several that stay side by side. It is mapped, moved
 * and given back as a whole.
 */
final class Chunk {
  final int pages;

  /** 0 as long as the memory is not made. */
  long handle;

  /** Where it is: the number of its first page in its region. */
  int first;

  /** The free block that it is to be moved from. */
  @Nullable Block source;

  Chunk(int pages) {
    this.pages = pages;
  }

  int end() {
    return first + pages;
  }
}

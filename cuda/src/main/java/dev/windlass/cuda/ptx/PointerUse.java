package dev.windlass.cuda.ptx;

import java.util.Optional;

/**
 * What a kernel does with the memory behind a pointer. Where that cannot be told, as when the
 * pointer is given to a function or stored, it is taken to be both read and written.
 *
 * @param read whether it may be read
 * @param written whether it may be written
 * @param element what it holds; empty if that is not known, or not one thing
 */
public record PointerUse(boolean read, boolean written, Optional<Element> element) {
  /** Nothing is done with it. */
  static final PointerUse NONE = new PointerUse(false, false, Optional.empty());

  /** Anything may be done with it. */
  static final PointerUse ANY = new PointerUse(true, true, Optional.empty());

  PointerUse withElement(Optional<Element> other) {
    return new PointerUse(read, written, other);
  }
}

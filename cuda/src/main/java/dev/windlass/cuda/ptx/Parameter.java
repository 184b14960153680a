package dev.windlass.cuda.ptx;

import java.util.Optional;

/**
 * One parameter of a kernel.
 *
 * @param index its place, from 0
 * @param kind its class
 * @param bytes its size
 * @param alignment of its place, a power of two
 * @param offset of its place in the parameters' block
 * @param pointer what is done with the memory behind it; there also for an integer of 8 bytes that
 *     ends in an address, and so may be a pointer
 * @param cppType its type in C++, where the kernel's name tells it
 */
public record Parameter(
    int index,
    Kind kind,
    int bytes,
    int alignment,
    int offset,
    Optional<PointerUse> pointer,
    Optional<String> cppType) {
  /** The class of a parameter. */
  public enum Kind {
    INTEGER,
    FLOAT,
    /** A number of which only the width is known. */
    BITS,
    /** Bytes: a struct or an array in one. */
    STRUCT,
    /** Certainly a pointer to device memory. */
    POINTER
  }

  Parameter refined(Kind newKind, Optional<PointerUse> use, Optional<String> type) {
    return new Parameter(index, newKind, bytes, alignment, offset, use, type);
  }
}

package dev.windlass.cuda.javacpp;

import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;

import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** The driver's own words for an error: it may be newer than all that {@code CudaError} knows. */
final class Errors {
  private Errors() {}

  /** Name and meaning; empty if the driver does not know the number. */
  static Optional<String> words(int code) {
    PointerPointer<BytePointer> place =
        new PointerPointer<>(new Pointer(Scratch.direct(Long.BYTES)));
    if (cuGetErrorName(code, place) != 0) {
      return Optional.empty();
    }
    String name = place.get(BytePointer.class, 0).getString();
    return cuGetErrorString(code, place) != 0
        ? Optional.of(name)
        : Optional.of(name + ": " + place.get(BytePointer.class, 0).getString());
  }
}

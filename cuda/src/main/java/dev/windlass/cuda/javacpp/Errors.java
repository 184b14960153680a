package dev.windlass.cuda.javacpp;

import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** The exceptions for what the driver returns. */
final class Errors {
  private Errors() {}

  /** The exception for a call that was given this, as {@link String#format} reads it. */
  static CudaException of(int code, String call, String format, Object... given) {
    String arguments = String.format(Locale.ROOT, format, given);
    return CudaError.of(code).isPresent()
        ? CudaException.of(call, code, arguments)
        : CudaException.ofUnknown(call, code, arguments, words(code).orElse("error " + code));
  }

  /** The driver's own words: it may be newer than all that {@link CudaError} knows. */
  private static Optional<String> words(int code) {
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

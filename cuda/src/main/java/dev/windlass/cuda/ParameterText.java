package dev.windlass.cuda;

import dev.windlass.cuda.ptx.Element;
import dev.windlass.cuda.ptx.Parameter;
import dev.windlass.cuda.ptx.Parameter.Kind;
import dev.windlass.cuda.ptx.PointerUse;
import java.util.Optional;

/** Parameters in words. */
final class ParameterText {
  private ParameterText() {}

  /** The type in C++ if it is known, else what the code tells of it. */
  static String type(Parameter p) {
    return p.cppType().orElseGet(() -> fromCode(p));
  }

  private static String fromCode(Parameter p) {
    return switch (p.kind()) {
      case INTEGER -> integer(p.bytes());
      case FLOAT -> floating(p.bytes());
      case BITS -> p.bytes() + "-byte number";
      case STRUCT -> "struct of " + p.bytes() + " bytes";
      case POINTER ->
          p.pointer().flatMap(PointerUse::element).map(ParameterText::element).orElse("void") + "*";
    };
  }

  private static String element(Element e) {
    return switch (e.kind()) {
      case INTEGER -> integer(e.bytes());
      case FLOAT -> floating(e.bytes());
      case BITS -> e.bytes() + "-byte number";
    };
  }

  private static String integer(int bytes) {
    return switch (bytes) {
      case 1 -> "char";
      case 2 -> "short";
      case 4 -> "int";
      default -> "long long";
    };
  }

  private static String floating(int bytes) {
    return switch (bytes) {
      case 2 -> "half";
      case 4 -> "float";
      default -> "double";
    };
  }

  /** The type, and for a pointer what is done with what is behind it: {@code float* (written)}. */
  static String of(Parameter p) {
    if (p.kind() == Kind.STRUCT && p.cppType().isPresent()) {
      return type(p) + " (" + p.bytes() + " bytes aligned to " + p.alignment() + ")";
    }
    if (p.kind() != Kind.POINTER) {
      return type(p);
    }
    PointerUse use = p.pointer().orElseThrow();
    String does =
        use.read() && use.written()
            ? "read and written"
            : use.written() ? "written" : use.read() ? "read" : "not used";
    Optional<Element> known = use.element().filter(e -> !type(p).contains(element(e)));
    return type(p)
        + " ("
        + known.map(e -> p.cppType().isPresent() ? "to " + element(e) + ", " : "").orElse("")
        + does
        + ")";
  }

  /** What Java passes for it. */
  static String accepts(Parameter p) {
    return switch (p.kind()) {
      case INTEGER -> java(p.bytes(), false);
      case FLOAT -> p.bytes() == 2 ? "a short with the bits of the half" : java(p.bytes(), true);
      case BITS ->
          p.bytes() < 4
              ? java(p.bytes(), false)
              : java(p.bytes(), false)
                  + " or "
                  + java(p.bytes(), true)
                  + (p.bytes() == 8 ? " or device memory" : "");
      case STRUCT -> "a record with the components of the struct, or its bytes";
      case POINTER ->
          p.pointer()
              .flatMap(PointerUse::element)
              .map(ParameterText::memory)
              .orElse("device memory");
    };
  }

  private static String memory(Element e) {
    boolean isFloat = e.kind() == Element.Kind.FLOAT;
    boolean isBits = e.kind() == Element.Kind.BITS;
    return switch (e.bytes()) {
      case 1 -> "a ByteMemory";
      case 2 -> "a ShortMemory";
      case 4 ->
          isBits ? "an IntMemory or a FloatMemory" : isFloat ? "a FloatMemory" : "an IntMemory";
      case 8 ->
          isBits ? "a LongMemory or a DoubleMemory" : isFloat ? "a DoubleMemory" : "a LongMemory";
      default -> "a ByteMemory";
    };
  }

  private static String java(int bytes, boolean isFloat) {
    return switch (bytes) {
      case 1 -> "a byte or boolean";
      case 2 -> "a short or char";
      case 4 -> isFloat ? "a float" : "an int";
      default -> isFloat ? "a double" : "a long";
    };
  }

  /** Whether it is used as a pointer, but declared as a number. */
  static boolean isIntegerInCpp(Parameter p) {
    return p.cppType().filter(t -> t.indexOf('*') < 0 && t.indexOf('&') < 0).isPresent();
  }
}

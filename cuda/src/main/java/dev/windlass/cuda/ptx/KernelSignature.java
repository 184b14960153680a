package dev.windlass.cuda.ptx;

import dev.windlass.cuda.ptx.Parameter.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a kernel takes.
 *
 * @param name its name in the code, mangled where it is C++
 * @param parameters its parameters
 * @param parameterBytes the size of their block
 * @param bounds what it asks of its launch
 */
public record KernelSignature(
    String name, List<Parameter> parameters, int parameterBytes, LaunchBounds bounds) {
  /** Copies. */
  public KernelSignature {
    parameters = List.copyOf(parameters);
  }

  /** The name in C++, as {@code math::scale}, if {@link #name} is mangled and can be read. */
  public Optional<String> cppName() {
    return MangledName.functionName(name);
  }

  /**
   * A signature by hand, for code that tells none.
   *
   * @param name the kernel's name in the code
   * @param parameters as in C, with or without names: {@code "int n, float a, const float* x,
   *     float* y"}. What a pointer to const points to is only read. A struct is {@code name[bytes]}
   *     or, where it is aligned to more than 8 bytes, {@code name[bytes:alignment]}
   * @throws IllegalArgumentException if a type is not known
   */
  public static KernelSignature parse(String name, String parameters) {
    List<Parameter> all = new ArrayList<>();
    int end = 0;
    for (String text : parameters.isBlank() ? new String[0] : parameters.split(",", -1)) {
      Parameter p = CDeclaration.parse(text.strip(), all.size(), end);
      all.add(p);
      end = p.offset() + p.bytes();
    }
    return new KernelSignature(name, all, end, LaunchBounds.NONE);
  }

  /**
   * A signature of which only the places of the parameters are known.
   *
   * @param name the kernel's name in the code
   * @param offsetsAndBytes the two numbers of each parameter
   */
  public static KernelSignature ofPlaces(String name, List<long[]> offsetsAndBytes) {
    List<Parameter> all = new ArrayList<>();
    int end = 0;
    for (long[] place : offsetsAndBytes) {
      int offset = Math.toIntExact(place[0]);
      int bytes = Math.toIntExact(place[1]);
      boolean number = bytes <= 8 && Integer.bitCount(bytes) == 1;
      all.add(
          new Parameter(
              all.size(),
              number ? Kind.BITS : Kind.STRUCT,
              bytes,
              number ? bytes : Math.max(1, Integer.lowestOneBit(offset | 16)),
              offset,
              bytes == 8 ? Optional.of(PointerUse.ANY) : Optional.empty(),
              Optional.empty()));
      end = offset + bytes;
    }
    return new KernelSignature(name, all, end, LaunchBounds.NONE);
  }
}

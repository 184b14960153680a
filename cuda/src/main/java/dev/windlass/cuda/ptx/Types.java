package dev.windlass.cuda.ptx;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PTX's types and state spaces. */
final class Types {
  static final Set<String> SPACES = Set.of(".global", ".const", ".shared", ".local", ".param");

  private static final Map<String, Element> TYPES =
      Map.ofEntries(
          entry("u8", Element.Kind.INTEGER, 1),
          entry("s8", Element.Kind.INTEGER, 1),
          entry("b8", Element.Kind.BITS, 1),
          entry("u16", Element.Kind.INTEGER, 2),
          entry("s16", Element.Kind.INTEGER, 2),
          entry("b16", Element.Kind.BITS, 2),
          entry("f16", Element.Kind.FLOAT, 2),
          entry("bf16", Element.Kind.FLOAT, 2),
          entry("u32", Element.Kind.INTEGER, 4),
          entry("s32", Element.Kind.INTEGER, 4),
          entry("b32", Element.Kind.BITS, 4),
          entry("f32", Element.Kind.FLOAT, 4),
          entry("f16x2", Element.Kind.FLOAT, 2),
          entry("bf16x2", Element.Kind.FLOAT, 2),
          entry("u64", Element.Kind.INTEGER, 8),
          entry("s64", Element.Kind.INTEGER, 8),
          entry("b64", Element.Kind.BITS, 8),
          entry("f64", Element.Kind.FLOAT, 8),
          entry("b128", Element.Kind.BITS, 16),
          // Handles of textures, which are 64-bit numbers.
          entry("texref", Element.Kind.INTEGER, 8),
          entry("samplerref", Element.Kind.INTEGER, 8),
          entry("surfref", Element.Kind.INTEGER, 8));

  private Types() {}

  private static Map.Entry<String, Element> entry(String name, Element.Kind kind, int bytes) {
    return Map.entry(name, new Element(kind, bytes));
  }

  /** The type of that name, with the dot before it. */
  static Optional<Element> of(String dotted) {
    return dotted.startsWith(".") ? named(dotted.substring(1)) : Optional.empty();
  }

  /** The type of that name. */
  static Optional<Element> named(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** Whether that is the name of an integer's type. */
  static boolean isInteger(String name) {
    return named(name).filter(t -> t.kind() == Element.Kind.INTEGER).isPresent();
  }

  /**
   * What an access of that type says about the memory. Compilers move floats, too, as unsigned
   * integers where they do not compute with them: such a type stands for its width alone.
   */
  static Optional<Element> ofAccess(String name) {
    return named(name)
        .map(t -> name.startsWith("u") ? new Element(Element.Kind.BITS, t.bytes()) : t);
  }
}

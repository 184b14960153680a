package dev.windlass.cuda.ptx;

import dev.windlass.cuda.ptx.Parameter.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One parameter as it is declared in C. */
final class CDeclaration {
  private static final Pattern STRUCT = Pattern.compile("(\\w+)\\[(\\d{1,5})(?::(\\d{1,3}))?]");
  private static final Pattern POINTER =
      Pattern.compile("(const )?([\\w: ]+?)( const)?\\s*\\*(?: *(?:__restrict__|const))*\\s*\\w*");
  private static final Pattern NUMBER =
      Pattern.compile("(?:const )?([a-z_0-9]+(?: (?:char|short|int|long)){0,2})( \\w+)?");

  /** Other spellings, by the one that {@link Refinement} knows. */
  private static final Map<String, String> SPELLINGS =
      Map.ofEntries(
          Map.entry("unsigned", "unsigned int"),
          Map.entry("long int", "long"),
          Map.entry("unsigned long int", "unsigned long"),
          Map.entry("long long int", "long long"),
          Map.entry("int8_t", "signed char"),
          Map.entry("uint8_t", "unsigned char"),
          Map.entry("int16_t", "short"),
          Map.entry("uint16_t", "unsigned short"),
          Map.entry("int32_t", "int"),
          Map.entry("uint32_t", "unsigned int"),
          Map.entry("int64_t", "long"),
          Map.entry("uint64_t", "unsigned long"),
          Map.entry("size_t", "unsigned long"));

  private CDeclaration() {}

  static Parameter parse(String text, int index, int end) {
    Matcher struct = STRUCT.matcher(text);
    if (struct.matches()) {
      int bytes = Integer.parseInt(struct.group(2));
      int alignment =
          struct.group(3) == null
              ? Math.max(1, Math.min(8, Integer.lowestOneBit(bytes)))
              : Integer.parseInt(struct.group(3));
      if (Integer.bitCount(alignment) == 1 && bytes > 0) {
        return at(index, end, Kind.STRUCT, bytes, alignment, Optional.empty(), struct.group(1));
      }
    }
    Matcher pointer = POINTER.matcher(text);
    if (pointer.matches()) {
      boolean constant = pointer.group(1) != null || pointer.group(3) != null;
      String to = spelled(pointer.group(2).strip());
      PointerUse use = new PointerUse(true, !constant, Refinement.element(to));
      return at(
          index, end, Kind.POINTER, 8, 8, Optional.of(use), (constant ? "const " : "") + to + "*");
    }
    for (String type : List.of(text, text.replaceFirst(" \\w+$", ""))) {
      Matcher number = NUMBER.matcher(type);
      Optional<Element> element =
          number.matches()
              ? Refinement.element(spelled(type.replaceFirst("^const ", "")))
              : Optional.empty();
      if (element.isPresent()) {
        int bytes = element.get().bytes();
        Kind kind = Kind.valueOf(element.get().kind().name());
        return at(
            index, end, kind, bytes, bytes, Optional.empty(), type.replaceFirst("^const ", ""));
      }
    }
    throw new IllegalArgumentException(
        "Parameter "
            + index
            + ", '"
            + text
            + "', is none that is known: write 'int n', 'const float* x', or a struct of 24 bytes"
            + " as 'Point[24]'");
  }

  private static String spelled(String type) {
    return SPELLINGS.getOrDefault(type, type);
  }

  private static Parameter at(
      int index,
      int end,
      Kind kind,
      int bytes,
      int alignment,
      Optional<PointerUse> use,
      String type) {
    int offset = (end + alignment - 1) / alignment * alignment;
    return new Parameter(index, kind, bytes, alignment, offset, use, Optional.of(type));
  }
}

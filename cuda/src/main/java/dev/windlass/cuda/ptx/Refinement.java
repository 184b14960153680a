package dev.windlass.cuda.ptx;

import dev.windlass.cuda.ptx.Parameter.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a kernel's mangled name adds to what its code says. */
final class Refinement {
  private static final Map<String, Element> ELEMENTS =
      Map.ofEntries(
          Map.entry("bool", new Element(Element.Kind.INTEGER, 1)),
          Map.entry("char", new Element(Element.Kind.INTEGER, 1)),
          Map.entry("signed char", new Element(Element.Kind.INTEGER, 1)),
          Map.entry("unsigned char", new Element(Element.Kind.INTEGER, 1)),
          Map.entry("short", new Element(Element.Kind.INTEGER, 2)),
          Map.entry("unsigned short", new Element(Element.Kind.INTEGER, 2)),
          Map.entry("int", new Element(Element.Kind.INTEGER, 4)),
          Map.entry("unsigned int", new Element(Element.Kind.INTEGER, 4)),
          Map.entry("long", new Element(Element.Kind.INTEGER, 8)),
          Map.entry("unsigned long", new Element(Element.Kind.INTEGER, 8)),
          Map.entry("long long", new Element(Element.Kind.INTEGER, 8)),
          Map.entry("unsigned long long", new Element(Element.Kind.INTEGER, 8)),
          Map.entry("float", new Element(Element.Kind.FLOAT, 4)),
          Map.entry("double", new Element(Element.Kind.FLOAT, 8)),
          Map.entry("__half", new Element(Element.Kind.FLOAT, 2)),
          Map.entry("__nv_bfloat16", new Element(Element.Kind.FLOAT, 2)));

  private Refinement() {}

  /** What a value of that type is, if it is a number. */
  static Optional<Element> element(String type) {
    return Optional.ofNullable(ELEMENTS.get(type));
  }

  /** The parameters, with their types in C++ where the name tells as many as there are. */
  static List<Parameter> byName(String mangled, List<Parameter> parameters) {
    Optional<List<String>> types = MangledName.parameterTypes(mangled);
    if (types.isEmpty() || types.get().size() != parameters.size()) {
      return parameters;
    }
    List<Parameter> refined = new ArrayList<>();
    for (Parameter p : parameters) {
      refined.add(refine(p, types.get().get(p.index())));
    }
    return refined;
  }

  private static Parameter refine(Parameter p, String type) {
    boolean number = p.bytes() == 8 && p.kind() != Kind.STRUCT && p.kind() != Kind.FLOAT;
    boolean pointer = type.endsWith("*") || type.endsWith("* const") || type.endsWith("&");
    if (!number || !pointer) {
      Optional<Element> scalar = element(type);
      boolean told = p.kind() == Kind.BITS && scalar.isPresent();
      return p.refined(
          told ? Kind.valueOf(scalar.get().kind().name()) : p.kind(),
          p.pointer(),
          Optional.of(type));
    }
    PointerUse use = p.pointer().orElse(PointerUse.NONE);
    Optional<Element> named = element(pointee(type));
    return p.refined(
        Kind.POINTER,
        Optional.of(use.withElement(named.isPresent() ? named : use.element())),
        Optional.of(type));
  }

  private static String pointee(String type) {
    String bare = type.substring(0, Math.max(type.lastIndexOf('*'), type.lastIndexOf('&')));
    return bare.replaceFirst("^const ", "").replaceFirst("^volatile ", "").strip();
  }
}

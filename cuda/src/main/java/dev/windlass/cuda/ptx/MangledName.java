package dev.windlass.cuda.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the types of a function's parameters from its mangled name, by the rules of the Itanium C++
 * ABI ("5.1 External Names"), as far as kernels need them. What is beyond that - expressions,
 * lambdas, local classes, operators - gives nothing rather than something wrong.
 *
 * <p>A mangled name does not repeat what it has named: {@code S_}, {@code S0_}, ... stand for the
 * parts met so far, in the order in which they were completed, so every part must be counted
 * exactly. {@code T_}, {@code T0_}, ... stand for the arguments of the function's template.
 */
final class MangledName {
  private static final int MAX_LENGTH = 4096;
  private static final int MAX_TYPE_LENGTH = 2000;
  private static final int MAX_DEPTH = 40;

  private final String text;
  private int at;
  private int depth;
  private String functionName = "";
  private List<Argument> templateArguments = List.of();

  /** Null stands for a part that has no text of its own here, such as a pack. */
  private final List<@Nullable Type> parts = new ArrayList<>();

  private MangledName(String text) {
    this.text = text;
  }

  /** Not a name that is read here. */
  private static final class Unknown extends Exception {
    private static final long serialVersionUID = 1L;

    Unknown() {
      super("", null, false, false);
    }
  }

  /** A type as it stands around the name that it declares: {@code int (*} and {@code )[4]}. */
  private record Type(String left, String right, boolean pointerLike) {
    static Type named(String name) {
      return new Type(name, "", false);
    }

    String text() {
      return left + right;
    }

    Type pointer(String mark) {
      boolean open = !right.isEmpty() && !pointerLike;
      return open
          ? new Type(left + " (" + mark, ")" + right, true)
          : new Type(left + mark, right, true);
    }

    Type qualified(String qualifier) {
      return pointerLike
          ? new Type(left + " " + qualifier, right, true)
          : new Type(qualifier + " " + left, right, false);
    }
  }

  /** An argument of a template: a type, a value (which no parameter can have), or a pack. */
  private record Argument(@Nullable Type type, @Nullable List<Argument> pack, String text) {}

  /** The types, or empty if the name is not mangled or not read here. */
  static Optional<List<String>> parameterTypes(String mangled) {
    if (!mangled.startsWith("_Z") || mangled.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      return Optional.of(new MangledName(mangled).function());
    } catch (Unknown e) {
      return Optional.empty();
    }
  }

  /** The function's name in C++ with its namespaces, and without the arguments of a template. */
  static Optional<String> functionName(String mangled) {
    if (!mangled.startsWith("_Z") || mangled.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    MangledName name = new MangledName(mangled);
    try {
      name.at = 2;
      boolean ignored = name.name();
      return Optional.of(name.functionName);
    } catch (Unknown e) {
      return Optional.empty();
    }
  }

  private List<String> function() throws Unknown {
    at = 2;
    boolean template = name();
    if (template) {
      Type result = type();
      if (result.text().isEmpty()) {
        throw new Unknown();
      }
    }
    List<String> types = new ArrayList<>();
    if (text.substring(at).equals("v")) {
      return types;
    }
    while (at < text.length()) {
      parameter(types);
    }
    if (types.isEmpty()) {
      throw new Unknown();
    }
    return types;
  }

  private void parameter(List<String> types) throws Unknown {
    if (text.startsWith("DpT", at)) {
      at += 2;
      Argument pack = templateParameter();
      if (pack.pack() == null) {
        throw new Unknown();
      }
      parts.add(null); // T_
      parts.add(null); // Dp T_
      for (Argument element : pack.pack()) {
        types.add(typeOf(element).text());
      }
    } else {
      types.add(type().text());
    }
  }

  // --- names

  /** The function's name; whether it is that of a template. */
  private boolean name() throws Unknown {
    if (peek() == 'N') {
      at++;
      return nested(true).template();
    }
    String name = sourceName();
    functionName = name;
    if (peek() != 'I') {
      return false;
    }
    add(Type.named(name));
    templateArguments = arguments();
    return true;
  }

  private record Name(Type type, boolean template) {}

  /**
   * After {@code N}: parts up to {@code E}. Every prefix is a part that can be referred to; the
   * whole is one only if it is a type.
   */
  private Name nested(boolean function) throws Unknown {
    enter();
    while (peek() == 'K' || peek() == 'V' || peek() == 'r') {
      at++;
    }
    @Nullable Type prefix = null;
    boolean template = false;
    while (peek() != 'E') {
      if (peek() == 'I') {
        if (prefix == null) {
          throw new Unknown();
        }
        List<Argument> arguments = arguments();
        prefix = Type.named(prefix.left() + shown(arguments));
        template = true;
        if (function) {
          templateArguments = arguments;
        }
      } else if (peek() == 'S' && prefix == null) {
        prefix = text.startsWith("St", at) ? std() : substitution();
        template = false;
        continue;
      } else {
        String name = sourceName();
        prefix = Type.named(prefix == null ? name : prefix.left() + "::" + name);
        functionName = function ? prefix.left() : functionName;
        template = false;
      }
      if (!function || peek() != 'E') {
        add(prefix);
      }
    }
    at++;
    if (prefix == null) {
      throw new Unknown();
    }
    depth--;
    return new Name(prefix, template);
  }

  private Type std() {
    at += 2;
    return Type.named("std");
  }

  private String sourceName() throws Unknown {
    if (peek() == 'L') {
      at++; // of internal linkage
    }
    int length = number();
    if (length == 0 || length > text.length() - at) {
      throw new Unknown();
    }
    String name = text.substring(at, at + length);
    at += length;
    if (peek() == 'B') {
      throw new Unknown(); // a tag
    }
    return name.startsWith("_GLOBAL__N_") ? "(anonymous namespace)" : name;
  }

  private int number() throws Unknown {
    int number = 0;
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      number = number * 10 + text.charAt(at++) - '0';
      if (number > MAX_LENGTH) {
        throw new Unknown();
      }
    }
    if (at == start) {
      throw new Unknown();
    }
    return number;
  }

  // --- types

  private Type type() throws Unknown {
    enter();
    Type type = typeAt();
    if (type.text().length() > MAX_TYPE_LENGTH) {
      throw new Unknown();
    }
    depth--;
    return type;
  }

  private Type typeAt() throws Unknown {
    char c = peek();
    String builtin = builtin(c);
    if (!builtin.isEmpty()) {
      at++;
      return Type.named(builtin);
    }
    switch (c) {
      case 'r', 'V', 'K' -> {
        return qualified();
      }
      case 'P', 'R', 'O' -> {
        at++;
        Type to = type();
        if (c != 'P' && to.pointerLike() && to.left().endsWith("&")) {
          throw new Unknown(); // references collapse
        }
        return add(to.pointer(c == 'P' ? "*" : c == 'R' ? "&" : "&&"));
      }
      case 'F' -> {
        return add(functionType());
      }
      case 'A' -> {
        at++;
        int size = number();
        if (next() != '_') {
          throw new Unknown();
        }
        Type of = type();
        boolean inner = of.right().startsWith("[");
        if (!of.right().isEmpty() && !inner) {
          throw new Unknown();
        }
        return add(new Type(of.left(), "[" + size + "]" + of.right(), false));
      }
      case 'T' -> {
        Type type = typeOf(templateParameter());
        add(type);
        return withArguments(type);
      }
      case 'S' -> {
        if (text.startsWith("St", at)) {
          at += 2;
          return withArguments(add(Type.named("std::" + sourceName())));
        }
        return withArguments(substitution());
      }
      case 'N' -> {
        at++;
        return nested(false).type();
      }
      case 'D' -> {
        return special();
      }
      default -> {
        if (c < '0' || c > '9') {
          throw new Unknown();
        }
        return withArguments(add(Type.named(sourceName())));
      }
    }
  }

  /** A class template that was just named gets its arguments. */
  private Type withArguments(Type type) throws Unknown {
    boolean arguments = at < text.length() && text.charAt(at) == 'I';
    return arguments ? add(Type.named(type.left() + shown(arguments()))) : type;
  }

  private static String builtin(char c) {
    return switch (c) {
      case 'v' -> "void";
      case 'w' -> "wchar_t";
      case 'b' -> "bool";
      case 'c' -> "char";
      case 'a' -> "signed char";
      case 'h' -> "unsigned char";
      case 's' -> "short";
      case 't' -> "unsigned short";
      case 'i' -> "int";
      case 'j' -> "unsigned int";
      case 'l' -> "long";
      case 'm' -> "unsigned long";
      case 'x' -> "long long";
      case 'y' -> "unsigned long long";
      case 'n' -> "__int128";
      case 'o' -> "unsigned __int128";
      case 'f' -> "float";
      case 'd' -> "double";
      case 'e' -> "long double";
      case 'g' -> "__float128";
      default -> "";
    };
  }

  private Type special() throws Unknown {
    String code = text.substring(at, Math.min(at + 2, text.length()));
    at += 2;
    return Type.named(
        switch (code) {
          case "Dn" -> "std::nullptr_t";
          case "Dh" -> "_Float16";
          case "Di" -> "char32_t";
          case "Ds" -> "char16_t";
          case "Du" -> "char8_t";
          default -> throw new Unknown();
        });
  }

  /** All qualifiers together are one part. */
  private Type qualified() throws Unknown {
    String qualifiers = "";
    while (peek() == 'r' || peek() == 'V' || peek() == 'K') {
      qualifiers = next() + qualifiers;
    }
    Type type = type();
    if (!type.right().isEmpty() && !type.pointerLike()) {
      throw new Unknown(); // of a function or an array
    }
    for (int i = 0; i < qualifiers.length(); i++) {
      char q = qualifiers.charAt(i);
      if (q == 'K' && !type.pointerLike() && type.left().startsWith("const ")) {
        throw new Unknown();
      }
      type = type.qualified(q == 'K' ? "const" : q == 'V' ? "volatile" : "__restrict__");
    }
    return add(type);
  }

  private Type functionType() throws Unknown {
    at++;
    if (peek() == 'Y') {
      at++;
    }
    Type result = type();
    if (!result.right().isEmpty()) {
      throw new Unknown();
    }
    List<String> types = new ArrayList<>();
    if (text.startsWith("vE", at)) {
      at++;
    } else {
      while (peek() != 'E') {
        parameter(types);
      }
    }
    at++;
    return new Type(result.left(), "(" + String.join(", ", types) + ")", false);
  }

  // --- what refers back

  private Type add(Type part) {
    parts.add(part);
    return part;
  }

  private Type substitution() throws Unknown {
    at++;
    int index = index();
    if (index >= parts.size()) {
      throw new Unknown();
    }
    @Nullable Type part = parts.get(index);
    if (part == null) {
      throw new Unknown();
    }
    return part;
  }

  private Argument templateParameter() throws Unknown {
    at++;
    int index = index();
    if (index >= templateArguments.size()) {
      throw new Unknown();
    }
    return templateArguments.get(index);
  }

  private static Type typeOf(Argument argument) throws Unknown {
    if (argument.type() == null) {
      throw new Unknown();
    }
    return argument.type();
  }

  /** {@code _} is 0, {@code 0_} is 1, in base 36. */
  private int index() throws Unknown {
    int value = -1;
    while (peek() != '_') {
      int digit = Character.digit(peek(), 36);
      if (digit < 0 || Character.isLowerCase(peek()) || value > MAX_LENGTH) {
        throw new Unknown();
      }
      value = Math.max(value, 0) * 36 + digit;
      at++;
    }
    at++;
    return value + 1;
  }

  // --- template arguments

  private List<Argument> arguments() throws Unknown {
    enter();
    at++;
    List<Argument> arguments = new ArrayList<>();
    while (peek() != 'E') {
      arguments.add(argument());
    }
    at++;
    depth--;
    return arguments;
  }

  private Argument argument() throws Unknown {
    switch (peek()) {
      case 'L' -> {
        at++;
        Type type = type();
        int start = at;
        while (peek() != 'E') {
          at++;
        }
        String value = text.substring(start, at++).replace('n', '-');
        if (!value.matches("-?[0-9]+")) {
          throw new Unknown();
        }
        return new Argument(null, null, value(type, value));
      }
      case 'J' -> {
        List<Argument> pack = arguments();
        String inner = shown(pack);
        return new Argument(null, pack, inner.substring(1, inner.length() - 1));
      }
      case 'X' -> throw new Unknown();
      default -> {
        Type type = type();
        return new Argument(type, null, type.text());
      }
    }
  }

  private static String value(Type type, String value) {
    return switch (type.text()) {
      case "bool" -> value.equals("0") ? "false" : "true";
      case "int" -> value;
      case "unsigned int" -> value + "u";
      case "long" -> value + "l";
      case "unsigned long" -> value + "ul";
      case "long long" -> value + "ll";
      case "unsigned long long" -> value + "ull";
      default -> "(" + type.text() + ")" + value;
    };
  }

  private static String shown(List<Argument> arguments) {
    return "<"
        + String.join(
            ", ", arguments.stream().map(Argument::text).filter(t -> !t.isEmpty()).toList())
        + ">";
  }

  // --- characters

  private void enter() throws Unknown {
    if (++depth > MAX_DEPTH) {
      throw new Unknown();
    }
  }

  private char peek() throws Unknown {
    if (at >= text.length()) {
      throw new Unknown();
    }
    return text.charAt(at);
  }

  private char next() throws Unknown {
    char c = peek();
    at++;
    return c;
  }
}

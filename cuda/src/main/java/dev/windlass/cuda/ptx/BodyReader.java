package dev.windlass.cuda.ptx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a kernel's body, statement by statement, and tells the {@link Dataflow} what each does with
 * registers. Where an instruction is not known, its operands are taken to go anywhere.
 */
final class BodyReader {
  /** Without effect on memory; the result is made of the operands. */
  private static final Set<String> PURE =
      Set.of(
          "abs",
          "activemask",
          "addc",
          "and",
          "bfe",
          "bfi",
          "bfind",
          "bmsk",
          "brev",
          "clz",
          "cnot",
          "copysign",
          "cos",
          "cvt",
          "div",
          "dp2a",
          "dp4a",
          "ex2",
          "fma",
          "fns",
          "lg2",
          "lop3",
          "madc",
          "match",
          "max",
          "min",
          "mma",
          "mul",
          "mul24",
          "neg",
          "not",
          "or",
          "popc",
          "prmt",
          "rcp",
          "redux",
          "rem",
          "rsqrt",
          "sad",
          "shf",
          "shfl",
          "shl",
          "shr",
          "sin",
          "slct",
          "sqrt",
          "subc",
          "szext",
          "tanh",
          "xor",
          "mapa",
          "getctarank",
          "mad",
          "mad24");

  /** With integers, where their type says so. */
  private static final Set<String> ARITHMETIC =
      Set.of("add", "sub", "mul", "mad", "div", "rem", "mul24", "mad24");

  /** Without effect on memory behind a pointer, and with a result that is none. */
  private static final Set<String> WITHOUT_FLOW =
      Set.of(
          "bar",
          "barrier",
          "bra",
          "brkpt",
          "brx",
          "createpolicy",
          "elect",
          "exit",
          "fence",
          "griddepcontrol",
          "isspacep",
          "membar",
          "nanosleep",
          "pmevent",
          "prefetch",
          "prefetchu",
          "ret",
          "set",
          "setmaxnreg",
          "setp",
          "testp",
          "tex",
          "tld4",
          "trap",
          "txq",
          "suq",
          "vote",
          "applypriority");

  private final Lexer lexer;
  private final Dataflow flow;
  private final Set<String> registers = new HashSet<>();
  private final List<String> statement = new ArrayList<>();

  BodyReader(Lexer lexer, Dataflow flow) {
    this.lexer = lexer;
    this.flow = flow;
  }

  /** From after the first brace to the last. */
  void read() {
    for (int depth = 1; depth > 0; ) {
      switch (lexer.expect()) {
        case "{" -> depth++;
        case "}" -> depth--;
        case ".loc", ".file" -> lexer.skipLine();
        case ";" -> {}
        default -> statement();
      }
    }
  }

  /** Up to the {@code ;}, or only a label. */
  private void statement() {
    statement.clear();
    do {
      statement.add(lexer.token());
      if (statement.size() == 2 && lexer.is(":")) {
        return;
      }
      if (statement.size() > Dataflow.LARGE) {
        throw lexer.fail("a statement does not end");
      }
    } while (!lexer.expect().equals(";"));
    int start = 0;
    if (statement.get(0).equals("@")) {
      start = statement.size() > 1 && statement.get(1).equals("!") ? 3 : 2;
    }
    if (start >= statement.size()) {
      throw lexer.fail("a guard stands before nothing");
    }
    String first = statement.get(start);
    if (first.equals(".reg")) {
      statement.subList(start, statement.size()).stream()
          .filter(this::isIdentifier)
          .forEach(registers::add);
    } else if (!first.startsWith(".")) {
      instruction(first.split("\\.", -1), operands(start + 1));
    }
  }

  /**
   * An operand.
   *
   * @param names of registers and variables in it
   * @param address whether it is in brackets
   */
  private record Operand(List<String> names, boolean address) {}

  private List<Operand> operands(int start) {
    List<Operand> operands = new ArrayList<>();
    List<String> names = new ArrayList<>();
    boolean address = false;
    int depth = 0;
    for (int i = start; i < statement.size(); i++) {
      String token = statement.get(i);
      switch (token) {
        case "[", "{", "(" -> {
          address |= depth == 0 && token.equals("[");
          depth++;
        }
        case "]", "}", ")" -> depth--;
        case "," -> {
          if (depth <= 0) {
            operands.add(new Operand(List.copyOf(names), address));
            names.clear();
            address = false;
          }
        }
        default -> {
          if (isIdentifier(token)) {
            names.add(token);
          }
        }
      }
    }
    operands.add(new Operand(List.copyOf(names), address));
    return operands;
  }

  private boolean isIdentifier(String token) {
    return Lexer.isIdentifierStart(token.charAt(0));
  }

  /** A register's node, a parameter whose address is taken, or something else's address. */
  private int value(String name) {
    if (name.charAt(0) == '%' || registers.contains(name)) {
      return flow.register(name);
    }
    return flow.addressOf(name);
  }

  private void instruction(String[] opcode, List<Operand> operands) {
    switch (opcode[0]) {
      case "ld", "ldu" -> load(opcode, operands);
      case "st" -> access(opcode, operands, false, true);
      case "red" -> access(opcode, operands, true, true);
      case "atom" -> {
        access(opcode, operands.subList(1, operands.size()), true, true);
        operands.get(0).names().forEach(n -> flow.unknown(value(n)));
      }
      case "cvta" -> {
        boolean toGlobal =
            opcode.length > 2 && opcode[1].equals("to") && opcode[2].equals("global");
        flow(operands, Dataflow.Step.SAME);
        if (toGlobal) {
          from(operands, 1).forEach(flow::pointer);
        }
      }
      case "mov", "selp" -> flow(operands, Dataflow.Step.SAME);
      case "add", "sub" -> {
        integers(opcode, operands);
        flow(operands, Dataflow.Step.SUM);
      }
      case "cp" -> copy(opcode, operands);
      case "call" -> {
        operands.forEach(o -> o.names().forEach(n -> flow.escapes(value(n))));
        operands.get(0).names().forEach(n -> flow.unknown(value(n)));
      }
      default -> {
        if (PURE.contains(opcode[0])) {
          integers(opcode, operands);
          flow(operands, Dataflow.Step.OTHER);
        } else if (!WITHOUT_FLOW.contains(opcode[0])) {
          operands.forEach(o -> o.names().forEach(n -> flow.escapes(value(n))));
          flow(operands, Dataflow.Step.OTHER);
        }
      }
    }
  }

  private List<Integer> from(List<Operand> operands, int start) {
    return operands.stream()
        .skip(start)
        .flatMap(o -> o.names().stream())
        .map(this::value)
        .distinct()
        .toList();
  }

  /** The first operand is made of the others. */
  private void flow(List<Operand> operands, Dataflow.Step step) {
    List<Integer> results = operands.get(0).names().stream().map(this::value).distinct().toList();
    flow.step(from(operands, 1), results, step);
  }

  /** Marks the registers that hold integers by the instruction's type. */
  private void integers(String[] opcode, List<Operand> operands) {
    boolean computes = ARITHMETIC.contains(opcode[0]) && Types.isInteger(last(opcode));
    if (opcode[0].equals("cvt") && opcode.length > 2) {
      boolean to = Types.isInteger(opcode[opcode.length - 2]);
      boolean from = Types.isInteger(last(opcode));
      if (to != from) {
        operands.get(to ? 0 : operands.size() - 1).names().forEach(n -> flow.integer(value(n)));
      }
    } else if (computes) {
      operands.forEach(o -> o.names().forEach(n -> flow.integer(value(n))));
    }
  }

  private void load(String[] opcode, List<Operand> operands) {
    if (operands.size() < 2 || !operands.get(1).address()) {
      throw lexer.fail("'" + String.join(".", opcode) + "' has no address");
    }
    List<String> address = operands.get(1).names();
    boolean wide = Types.named(last(opcode)).map(t -> t.bytes() >= 8).orElse(true);
    if (has(opcode, "param") && !address.isEmpty() && flow.isParameter(address.get(0))) {
      operands.get(0).names().forEach(n -> flow.load(address.get(0), value(n), wide));
      if (flow.isInteger(address.get(0))) {
        operands.get(0).names().forEach(n -> flow.integer(value(n)));
      }
      return;
    }
    operands.get(0).names().stream().filter(n -> wide).forEach(n -> flow.unknown(value(n)));
    if (outside(opcode)) {
      List<Integer> values = operands.get(0).names().stream().map(this::value).toList();
      address.forEach(
          n -> flow.access(value(n), true, false, Types.ofAccess(last(opcode)), values));
    }
    flow.escapes(from(operands, 2)); // cache policies and the like: numbers
  }

  /** The first operand is the address; the rest goes into memory. */
  private void access(String[] opcode, List<Operand> operands, boolean read, boolean written) {
    if (operands.isEmpty() || !operands.get(0).address()) {
      throw lexer.fail("'" + String.join(".", opcode) + "' has no address");
    }
    List<Integer> values = from(operands, 1);
    if (outside(opcode)) {
      boolean counts = has(opcode, "add") && read;
      Optional<Element> element = counts ? Types.named(last(opcode)) : Types.ofAccess(last(opcode));
      operands.get(0).names().forEach(n -> flow.access(value(n), read, written, element, values));
    }
    flow.escapes(values);
  }

  /** {@code cp.async}: from global to shared memory, where it is that. */
  private void copy(String[] opcode, List<Operand> operands) {
    boolean simple =
        opcode.length > 4
            && opcode[1].equals("async")
            && (opcode[2].equals("ca") || opcode[2].equals("cg"))
            && operands.size() > 1;
    if (simple) {
      operands
          .get(1)
          .names()
          .forEach(n -> flow.access(value(n), true, false, Optional.empty(), List.of()));
    } else {
      flow.escapes(from(operands, 0));
    }
  }

  private static boolean has(String[] opcode, String part) {
    for (String p : opcode) {
      if (p.equals(part) || p.startsWith(part + "::")) {
        return true;
      }
    }
    return false;
  }

  /** Whether the access may be one of memory behind a pointer that was handed over. */
  private static boolean outside(String[] opcode) {
    return !has(opcode, "shared")
        && !has(opcode, "local")
        && !has(opcode, "param")
        && !has(opcode, "const");
  }

  private static String last(String[] opcode) {
    return opcode[opcode.length - 1];
  }
}

package dev.windlass.cuda.ptx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a kernel's parameters go.
 *
 * <p>A register is a node, an instruction an edge from each operand to each result. Control flow
 * has no part in it: a register that is set in several places is all that it is set to. For each
 * node two sets of parameters are worked out, as the least ones that satisfy all edges:
 *
 * <ul>
 *   <li><i>parts</i>: those that the value may have been made of, by whatever operations. An access
 *       through the register is one of the memory of all of them. This decides about the order of
 *       streams, so it must never miss one, and may well name an index beside the pointer.
 *   <li><i>bases</i>: those that the value is, up to a distance: copies, choices, and sums in which
 *       nothing else can be an address. An address with a base proves that this parameter is a
 *       pointer.
 * </ul>
 *
 * <p>What leaves the registers - stored to memory, given to a function, used in an instruction that
 * is not known - may be read and written by anyone.
 */
final class Dataflow {
  /** More than this of anything is not PTX that a compiler wrote. */
  static final int LARGE = 1 << 20;

  private static final long MAX_STEPS = 30_000_000;
  private static final long MAX_WORDS = 8_000_000;
  private static final int NO_PARAMETER = -1;

  /** How a result is made of its operands. */
  enum Step {
    /** It is one of them. */
    SAME,
    /** It is their sum or difference. */
    SUM,
    /** In some other way. */
    OTHER
  }

  private record Edge(int to, int sum, Step step) {}

  private record Access(
      int node, boolean read, boolean written, Optional<Element> element, List<Integer> values) {}

  private final Map<String, Integer> parameterOf = new HashMap<>();
  private final List<Parameter> parameters;
  private final Map<String, Integer> nodes = new HashMap<>();
  private final List<List<Edge>> edges = new ArrayList<>();
  private final List<int[]> sums = new ArrayList<>();
  private final List<Access> accesses = new ArrayList<>();
  private final List<Integer> pointers = new ArrayList<>();
  private final BitSet integers = new BitSet();

  /** What a node starts with: a parameter, the mark for another address, or nothing. */
  private final List<List<Integer>> seeds = new ArrayList<>();

  private final int words;
  private long steps;

  Dataflow(List<String> names, List<Parameter> parameters) {
    this.parameters = parameters;
    for (int i = 0; i < names.size(); i++) {
      parameterOf.put(names.get(i), i);
    }
    this.words = parameters.size() / Long.SIZE + 1; // one bit more: an address from elsewhere
  }

  boolean isParameter(String name) {
    return parameterOf.containsKey(name);
  }

  /** Whether that parameter is an integer by its type; an address may be one, too. */
  boolean isInteger(String name) {
    int parameter = parameterOf.getOrDefault(name, NO_PARAMETER);
    return parameter != NO_PARAMETER
        && parameters.get(parameter).kind() == Parameter.Kind.INTEGER
        && parameters.get(parameter).bytes() < 8;
  }

  int register(String name) {
    return nodes.computeIfAbsent(name, n -> newNode());
  }

  private int newNode() {
    edges.add(new ArrayList<>(2));
    seeds.add(List.of());
    return edges.size() - 1;
  }

  private int node(int seed) {
    int node = newNode();
    seeds.set(node, List.of(seed));
    return node;
  }

  /** The address of a variable; of a parameter: whoever has it may do anything with its value. */
  int addressOf(String name) {
    int parameter = parameterOf.getOrDefault(name, NO_PARAMETER);
    if (parameter == NO_PARAMETER) {
      return nodes.computeIfAbsent("&" + name, n -> node(parameters.size()));
    }
    int node = nodes.computeIfAbsent("&" + name, n -> node(parameter));
    escapes(node);
    return node;
  }

  /**
   * The register gets the value of a parameter.
   *
   * @param wide whether it is large enough for an address
   */
  void load(String name, int register, boolean wide) {
    int parameter = parameterOf.getOrDefault(name, NO_PARAMETER);
    if (mayBePointer(parameters.get(parameter))) {
      seed(register, parameter);
    } else if (wide && parameters.get(parameter).kind() == Parameter.Kind.STRUCT) {
      seed(register, parameters.size());
    }
  }

  private static boolean mayBePointer(Parameter p) {
    return p.bytes() == 8 && p.kind() != Parameter.Kind.STRUCT && p.kind() != Parameter.Kind.FLOAT;
  }

  /** The register gets what may be an address, from elsewhere. */
  void unknown(int register) {
    seed(register, parameters.size());
  }

  private void seed(int register, int what) {
    List<Integer> all = seeds.get(register);
    steps += 1 + all.size();
    if (steps <= MAX_STEPS && !all.contains(what)) {
      List<Integer> more = new ArrayList<>(all);
      more.add(what);
      seeds.set(register, more);
    }
  }

  /** The results are made of the operands. */
  void step(List<Integer> operands, List<Integer> results, Step step) {
    int sum = sums.size();
    if (step == Step.SUM) {
      sums.add(operands.stream().mapToInt(i -> i).toArray());
    }
    if ((long) operands.size() * results.size() > 64) {
      int between = newNode();
      operands.forEach(o -> edges.get(o).add(new Edge(between, sum, step)));
      results.forEach(r -> edges.get(between).add(new Edge(r, 0, Step.SAME)));
    } else {
      operands.forEach(o -> results.forEach(r -> edges.get(o).add(new Edge(r, sum, step))));
    }
  }

  /** What is in the register is certainly the address of global memory. */
  void pointer(int register) {
    pointers.add(register);
  }

  /** Integers are computed with the register. */
  void integer(int register) {
    integers.set(register);
  }

  /**
   * Memory is accessed.
   *
   * @param register the address
   * @param values the registers that are loaded or stored
   */
  void access(
      int register,
      boolean read,
      boolean written,
      Optional<Element> element,
      List<Integer> values) {
    accesses.add(new Access(register, read, written, element, values));
    pointers.add(register);
  }

  void escapes(int register) {
    accesses.add(new Access(register, true, true, Optional.empty(), List.of()));
  }

  void escapes(List<Integer> registers) {
    registers.forEach(this::escapes);
  }

  /** The parameters, with what was found out about them. */
  List<Parameter> refined() {
    long @Nullable [][] parts = spread((from, edge, set) -> true);
    long @Nullable [][] bases =
        parts == null
            ? null
            : spread(
                (from, edge, set) ->
                    edge.step() == Step.SAME
                        || (edge.step() == Step.SUM && alone(from, sums.get(edge.sum()), parts)));
    PointerUse[] uses = new PointerUse[parameters.size()];
    boolean[] certain = new boolean[parameters.size()];
    if (parts == null || bases == null) {
      Arrays.fill(uses, PointerUse.ANY);
    } else {
      for (Access access : accesses) {
        Optional<Element> element = access.element().map(e -> known(e, access.values()));
        each(parts[access.node()], p -> uses[p] = merge(uses[p], access, element));
      }
      for (int pointer : pointers) {
        each(bases[pointer], p -> certain[p] = true);
      }
    }
    return parameters.stream().map(p -> refine(p, uses[p.index()], certain[p.index()])).toList();
  }

  private static Parameter refine(Parameter p, @Nullable PointerUse use, boolean certain) {
    if (!mayBePointer(p)) {
      return p;
    }
    boolean pointer = certain || p.kind() == Parameter.Kind.POINTER;
    Optional<PointerUse> found =
        pointer ? Optional.of(use == null ? PointerUse.NONE : use) : Optional.ofNullable(use);
    return p.refined(pointer ? Parameter.Kind.POINTER : p.kind(), found, p.cppType());
  }

  /** Whether no other part of a sum can be an address. */
  private static boolean alone(int node, int[] sum, long[][] parts) {
    for (int other : sum) {
      if (other != node && Arrays.stream(parts[other]).anyMatch(w -> w != 0)) {
        return false;
      }
    }
    return true;
  }

  private interface Passes {
    boolean test(int from, Edge edge, long[] set);
  }

  /** The least sets that hold the seeds and pass along the edges; null if that takes too long. */
  private long @Nullable [][] spread(Passes passes) {
    if (steps > MAX_STEPS || (long) edges.size() * words > MAX_WORDS) {
      return null;
    }
    long[][] sets = new long[edges.size()][words];
    Deque<Integer> changed = new ArrayDeque<>();
    boolean[] waiting = new boolean[edges.size()];
    for (int node = 0; node < seeds.size(); node++) {
      for (int seed : seeds.get(node)) {
        sets[node][seed / Long.SIZE] |= 1L << seed;
      }
      if (!seeds.get(node).isEmpty()) {
        changed.add(node);
        waiting[node] = true;
      }
    }
    while (!changed.isEmpty()) {
      int node = changed.remove();
      waiting[node] = false;
      for (Edge edge : edges.get(node)) {
        steps += words + (edge.step() == Step.SUM ? sums.get(edge.sum()).length : 0);
        if (steps > MAX_STEPS) {
          return null;
        }
        if (passes.test(node, edge, sets[node])
            && unite(sets[edge.to()], sets[node])
            && !waiting[edge.to()]) {
          waiting[edge.to()] = true;
          changed.add(edge.to());
        }
      }
    }
    return sets;
  }

  private static boolean unite(long[] into, long[] from) {
    boolean grown = false;
    for (int i = 0; i < into.length; i++) {
      long all = into[i] | from[i];
      grown |= all != into[i];
      into[i] = all;
    }
    return grown;
  }

  private interface Each {
    void accept(int parameter);
  }

  private void each(long[] set, Each each) {
    for (int p = 0; p < parameters.size(); p++) {
      if ((set[p / Long.SIZE] & 1L << p) != 0) {
        each.accept(p);
      }
    }
  }

  /** Bits with which integers are computed are integers. */
  private Element known(Element element, List<Integer> values) {
    return element.kind() == Element.Kind.BITS && values.stream().anyMatch(integers::get)
        ? new Element(Element.Kind.INTEGER, element.bytes())
        : element;
  }

  private static PointerUse merge(
      @Nullable PointerUse use, Access access, Optional<Element> element) {
    if (use == null) {
      return new PointerUse(access.read(), access.written(), element);
    }
    boolean both = use.element().isPresent() && element.isPresent();
    return new PointerUse(
        use.read() || access.read(),
        use.written() || access.written(),
        both ? common(use.element().get(), element.get()) : Optional.empty());
  }

  private static Optional<Element> common(Element a, Element b) {
    if (a.bytes() != b.bytes()) {
      return Optional.empty();
    }
    if (a.kind() == b.kind() || b.kind() == Element.Kind.BITS) {
      return Optional.of(a);
    }
    return a.kind() == Element.Kind.BITS ? Optional.of(b) : Optional.empty();
  }
}

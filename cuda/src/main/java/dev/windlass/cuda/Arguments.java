package dev.windlass.cuda;

import dev.windlass.cuda.ptx.Element;
import dev.windlass.cuda.ptx.KernelSignature;
import dev.windlass.cuda.ptx.Parameter;
import dev.windlass.cuda.ptx.Parameter.Kind;
import dev.windlass.cuda.ptx.PointerUse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a launch: their bytes as the kernel wants them, and the memory among them with
 * what the kernel does with it. Each argument is checked against its parameter when it is set.
 *
 * <p>Not thread-safe.
 */
final class Arguments {
  private static final byte UNUSED = 0;
  private static final byte READ = 1;
  private static final byte WRITTEN = 2;

  private final DeviceContext context;
  private final KernelSignature signature;
  private final Parameter[] parameters;
  private final byte[] block;
  private final ByteBuffer view;
  private final @Nullable DeviceMemory[] memory; // a pointer's, by parameter
  private final List<DeviceMemory>[] within; // in a struct, by parameter
  private final byte[] uses; // by parameter
  private final boolean[] set;
  private int unset;
  private boolean structs; // whether there may be memory in one

  @SuppressWarnings({"unchecked", "rawtypes"})
  Arguments(DeviceContext context, KernelSignature signature) {
    this.context = context;
    this.signature = signature;
    this.parameters = signature.parameters().toArray(new Parameter[0]);
    this.block = new byte[signature.parameterBytes()];
    this.view = ByteBuffer.wrap(block).order(ByteOrder.nativeOrder());
    this.memory = new DeviceMemory[parameters.length];
    this.within = new List[parameters.length];
    java.util.Arrays.fill(within, List.of());
    this.uses = new byte[parameters.length];
    for (Parameter p : parameters) {
      Optional<PointerUse> use = p.pointer();
      uses[p.index()] =
          use.isEmpty() || use.get().written() ? WRITTEN : use.get().read() ? READ : UNUSED;
    }
    this.set = new boolean[parameters.length];
    this.unset = parameters.length;
  }

  /** The bytes, of which all count. */
  byte[] block() {
    return block;
  }

  void setAll(Object... arguments) {
    if (arguments.length != parameters.length) {
      throw invalid(
          "it takes "
              + count(parameters.length)
              + declaration()
              + ", and "
              + count(arguments.length)
              + (arguments.length == 1 ? " was" : " were")
              + " given",
          "Pass one for each parameter");
    }
    for (int i = 0; i < arguments.length; i++) {
      set(i, arguments[i]);
    }
  }

  private static String count(int n) {
    return n == 1 ? "1 argument" : n + " arguments";
  }

  private String declaration() {
    StringBuilder text = new StringBuilder(" (");
    for (Parameter p : parameters) {
      text.append(p.index() == 0 ? "" : ", ").append(ParameterText.type(p));
    }
    return text.append(')').toString();
  }

  void set(int index, @Nullable Object argument) {
    if (argument instanceof DeviceMemory m) {
      set(index, m);
    } else if (argument instanceof Integer i) {
      set(index, (int) i);
    } else if (argument instanceof Float f) {
      set(index, (float) f);
    } else if (argument instanceof Long l) {
      set(index, (long) l);
    } else if (argument instanceof Double d) {
      set(index, (double) d);
    } else if (argument instanceof Boolean || argument instanceof Byte) {
      small(index, 1, argument);
    } else if (argument instanceof Short || argument instanceof Character) {
      small(index, 2, argument);
    } else if (argument instanceof KernelArgument.Untyped untyped) {
      pointer(index, untyped.memory(), true);
    } else if (argument instanceof KernelArgument.Address address) {
      Parameter p = parameter(index);
      if (p.bytes() != 8 || p.kind() == Kind.STRUCT || p.kind() == Kind.FLOAT) {
        throw mismatch(p, "an address", hint(p));
      }
      view.putLong(p.offset(), address.value());
      done(p, null);
    } else if (argument instanceof Record r) {
      struct(index, r);
    } else if (argument instanceof byte[] bytes) {
      bytes(index, bytes);
    } else {
      throw mismatch(parameter(index), given(argument), hint(parameter(index)));
    }
  }

  void set(int index, int value) {
    Parameter p = parameter(index);
    if (!takes(p, 4, Kind.INTEGER)) {
      throw mismatch(p, given(value), hint(p));
    }
    view.putInt(p.offset(), value);
    done(p, null);
  }

  void set(int index, float value) {
    Parameter p = parameter(index);
    if (!takes(p, 4, Kind.FLOAT)) {
      throw mismatch(p, given(value), hint(p));
    }
    view.putFloat(p.offset(), value);
    done(p, null);
  }

  void set(int index, double value) {
    Parameter p = parameter(index);
    if (!takes(p, 8, Kind.FLOAT)) {
      throw mismatch(p, given(value), hint(p));
    }
    view.putDouble(p.offset(), value);
    done(p, null);
  }

  void set(int index, long value) {
    Parameter p = parameter(index);
    if (!takes(p, 8, Kind.INTEGER)) {
      throw mismatch(p, given(value), hint(p));
    }
    view.putLong(p.offset(), value);
    done(p, null);
  }

  void set(int index, @Nullable DeviceMemory value) {
    if (value == null) {
      throw mismatch(parameter(index), given(null), hint(parameter(index)));
    }
    pointer(index, value, false);
  }

  private Parameter parameter(int index) {
    if (index < 0 || index >= parameters.length) {
      throw invalid(
          "there is no parameter "
              + index
              + "; it takes "
              + count(parameters.length)
              + declaration(),
          "Parameters are counted from 0");
    }
    return parameters[index];
  }

  /** Whether it takes such a number; an integer of two bytes is also the bits of a half. */
  private static boolean takes(Parameter p, int bytes, Kind kind) {
    boolean integer = kind == Kind.INTEGER;
    return p.bytes() == bytes
        && (p.kind() == kind
            || p.kind() == Kind.BITS
            || (integer && bytes == 2 && p.kind() == Kind.FLOAT)
            || (integer && p.kind() == Kind.POINTER && ParameterText.isIntegerInCpp(p)));
  }

  private void small(int index, int bytes, Object number) {
    Parameter p = parameter(index);
    if (!takes(p, bytes, Kind.INTEGER)) {
      throw mismatch(p, given(number), hint(p));
    }
    StructLayout.putNumber(number, view, p.offset());
    done(p, null);
  }

  private void pointer(int index, DeviceMemory value, boolean untyped) {
    Parameter p = parameter(index);
    boolean integerInCpp = p.kind() != Kind.POINTER && ParameterText.isIntegerInCpp(p);
    if (p.bytes() != 8 || p.kind() == Kind.STRUCT || p.kind() == Kind.FLOAT || integerInCpp) {
      throw mismatch(p, given(value), hint(p));
    }
    Optional<Element> wanted = p.pointer().flatMap(PointerUse::element);
    if (!untyped && p.kind() == Kind.POINTER && wanted.isPresent() && !fits(value, wanted.get())) {
      throw mismatch(
          p,
          given(value),
          hint(p) + ", or KernelArgument.untyped(memory) to have it taken as it is");
    }
    long address = address(p, value);
    view.putLong(p.offset(), address);
    done(p, value);
  }

  /** Bytes may be anything. */
  private static boolean fits(DeviceMemory memory, Element wanted) {
    if (memory instanceof ByteMemory) {
      return true;
    }
    boolean isFloat = memory instanceof FloatMemory || memory instanceof DoubleMemory;
    boolean half = wanted.bytes() == 2;
    return memory.elementBytes() == wanted.bytes()
        && (half
            || wanted.kind() == Element.Kind.BITS
            || isFloat == (wanted.kind() == Element.Kind.FLOAT));
  }

  private long address(Parameter p, DeviceMemory value) {
    if (value.context() != context) {
      throw mismatch(
          p,
          given(value) + " of another context, of device " + value.context().device().index(),
          "Pass memory of the context that the kernel was loaded in");
    }
    return value.address();
  }

  private void struct(int index, Record value) {
    Parameter p = parameter(index);
    StructLayout layout = StructLayout.of(value.getClass());
    StructLayout.Extent extent = layout.extent(value);
    boolean asBits = p.kind() == Kind.BITS;
    if ((p.kind() != Kind.STRUCT && !asBits)
        || extent.bytes() != p.bytes()
        || extent.alignment() > p.alignment()) {
      throw mismatch(
          p,
          "the record %s, which is a struct of %d bytes aligned to %d,"
              .formatted(value.getClass().getSimpleName(), extent.bytes(), extent.alignment()),
          p.kind() == Kind.STRUCT || asBits
              ? "Give the record the components of the struct, in its order, padding at the end"
                  + " included"
              : hint(p));
    }
    List<DeviceMemory> memories = new ArrayList<>(0);
    ByteBuffer bytes = ByteBuffer.allocate(p.bytes()).order(ByteOrder.nativeOrder());
    layout.write(
        value,
        bytes,
        0,
        m -> {
          long ignored = address(p, m);
          memories.add(m);
        });
    view.put(p.offset(), bytes.array());
    done(p, null);
    within[index] = memories;
    structs = true;
  }

  private void bytes(int index, byte[] value) {
    Parameter p = parameter(index);
    if (p.kind() != Kind.STRUCT || p.bytes() != value.length) {
      throw mismatch(p, "an array of " + value.length + " bytes", hint(p));
    }
    view.put(p.offset(), value);
    done(p, null);
  }

  private void done(Parameter p, @Nullable DeviceMemory value) {
    int i = p.index();
    memory[i] = value;
    if (structs) {
      within[i] = List.of();
    }
    if (!set[i]) {
      set[i] = true;
      unset--;
    }
  }

  /** Lets go of the memory. */
  void clear() {
    java.util.Arrays.fill(memory, null);
    java.util.Arrays.fill(within, List.of());
    structs = false;
  }

  /** Right before the launch is queued: orders the stream after other uses of the memory. */
  void before(Stream stream) {
    if (unset > 0) {
      throw neverSet();
    }
    for (int i = 0; i < memory.length; i++) {
      DeviceMemory m = memory[i];
      if (m != null) {
        if (uses[i] == WRITTEN) {
          m.beforeWrite(stream);
        } else if (uses[i] == READ) {
          m.beforeRead(stream);
        } else {
          long ignored = m.address(); // not used, but it must not be closed
        }
      }
    }
    if (structs) {
      for (List<DeviceMemory> inside : within) {
        inside.forEach(m -> m.beforeWrite(stream));
      }
    }
  }

  private InvalidUseException neverSet() {
    int i = 0;
    while (set[i]) {
      i++;
    }
    return invalid(
        "parameter " + i + ", " + ParameterText.of(parameters[i]) + ", was never set",
        "Set all before the first launch");
  }

  private static String given(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof DeviceMemory m) {
      return InvalidUseException.withArticle(m.getClass().getSimpleName());
    }
    if (value instanceof Number || value instanceof Boolean || value instanceof Character) {
      String type =
          java.lang.invoke.MethodType.methodType(value.getClass()).unwrap().returnType().getName();
      return "the " + type + " " + value;
    }
    return InvalidUseException.withArticle(value.getClass().getSimpleName());
  }

  private static String hint(Parameter p) {
    return "Pass " + ParameterText.accepts(p);
  }

  private InvalidUseException mismatch(Parameter p, String given, String remedy) {
    return invalid(
        "parameter " + p.index() + " is " + ParameterText.of(p) + ", and " + given + " was given",
        remedy);
  }

  private InvalidUseException invalid(String problem, String remedy) {
    return new InvalidUseException(
        "passing arguments to kernel '" + signature.cppName().orElse(signature.name()) + "'",
        problem,
        remedy);
  }
}

package dev.windlass.benchmarks.launch;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The launch through the foreign functions that JDKs have from 22 on, which Windlass does not use
 * as it runs on 17. Reached by reflection, so that this compiles on 17; the call itself is a
 * constant method handle, as fast as if it had been written out.
 */
final class ForeignLaunch {
  /**
   * {@code int (long function, int x 6, int shared, long stream, long parameters, long extra)};
   * null on an older JDK.
   */
  static final @Nullable MethodHandle LAUNCH = find().orElse(null);

  private ForeignLaunch() {}

  private static Optional<MethodHandle> find() {
    if (Runtime.version().feature() < 22) {
      return Optional.empty();
    }
    try {
      return Optional.of(bind(Path.of(System.getProperty("windlass.benchmarks.driver", ""))));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("This JDK's foreign functions are not as expected", e);
    }
  }

  private static MethodHandle bind(Path library) throws ReflectiveOperationException {
    Class<?> arena = Class.forName("java.lang.foreign.Arena");
    Class<?> lookup = Class.forName("java.lang.foreign.SymbolLookup");
    Class<?> linker = Class.forName("java.lang.foreign.Linker");
    Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
    Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
    Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
    Class<?> values = Class.forName("java.lang.foreign.ValueLayout");
    Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
    Object symbols =
        lookup
            .getMethod("libraryLookup", Path.class, arena)
            .invoke(null, library, arena.getMethod("global").invoke(null));
    Object symbol =
        ((Optional<?>) lookup.getMethod("find", String.class).invoke(symbols, "cuLaunchKernel"))
            .orElseThrow();
    Object ofInt = values.getField("JAVA_INT").get(null);
    Object ofLong = values.getField("JAVA_LONG").get(null);
    Object[] parameters = new Object[11];
    Arrays.fill(parameters, ofInt);
    for (int at : new int[] {0, 8, 9, 10}) {
      parameters[at] = ofLong;
    }
    Object layouts = Array.newInstance(layout, parameters.length);
    System.arraycopy(parameters, 0, layouts, 0, parameters.length);
    Object function =
        descriptor.getMethod("of", layout, layouts.getClass()).invoke(null, ofInt, layouts);
    Object options = Array.newInstance(option, 0);
    return (MethodHandle)
        linker
            .getMethod("downcallHandle", segment, descriptor, options.getClass())
            .invoke(linker.getMethod("nativeLinker").invoke(null), symbol, function, options);
  }
}

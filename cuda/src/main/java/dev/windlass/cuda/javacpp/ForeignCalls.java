package dev.windlass.cuda.javacpp;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two calls of every launch, made by Java's own foreign functions where the JDK has them (22
 * and later): they cost a good half of what JavaCPP's cost, as a handle is a number and not an
 * object.
 *
 * <p>Windlass is compiled for Java 17, so the two method handles are put together by reflection,
 * once. They are constants, so calls of them are compiled to the bare native call. The functions
 * are those of the driver library that JavaCPP has loaded: the loader knows it by name.
 */
final class ForeignCalls {
  private static final int FIRST_JDK = 22;
  private static final String DRIVER = "libcuda.so.1";

  private static final @Nullable MethodHandle LAUNCH;
  private static final @Nullable MethodHandle SET_CURRENT;

  static {
    @Nullable MethodHandle launch = null;
    @Nullable MethodHandle setCurrent = null;
    if (Runtime.version().feature() >= FIRST_JDK) {
      try {
        Linking linking = new Linking();
        setCurrent = linking.function("cuCtxSetCurrent", "J");
        launch = linking.function("cuLaunchKernel", "JIIIIIIIJJJ");
      } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
        launch = null; // JavaCPP serves
        setCurrent = null;
      }
    }
    LAUNCH = launch;
    SET_CURRENT = setCurrent;
  }

  private ForeignCalls() {}

  /** Whether calls can be made this way. */
  static boolean available() {
    return LAUNCH != null;
  }

  /** {@code cuLaunchKernel}; only if {@link #available}. */
  static int launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int dynamicSharedBytes,
      long stream,
      long extra) {
    try {
      return (int)
          Objects.requireNonNull(LAUNCH)
              .invokeExact(
                  function,
                  gridX,
                  gridY,
                  gridZ,
                  blockX,
                  blockY,
                  blockZ,
                  dynamicSharedBytes,
                  stream,
                  0L,
                  extra);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code cuCtxSetCurrent}; only if {@link #available}. */
  static int setCurrentContext(long context) {
    try {
      return (int) Objects.requireNonNull(SET_CURRENT).invokeExact(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException r ? r : new IllegalStateException(e);
  }

  /** {@code java.lang.foreign}, by reflection. */
  private static final class Linking {
    private static final String PACKAGE = "java.lang.foreign.";

    private final Object linker;
    private final Object library;
    private final Object intLayout;
    private final Object longLayout;

    Linking() throws ReflectiveOperationException {
      linker = invoke(type("Linker").getMethod("nativeLinker"), null);
      Object arena = invoke(type("Arena").getMethod("global"), null);
      library =
          invoke(
              type("SymbolLookup").getMethod("libraryLookup", String.class, type("Arena")),
              null,
              DRIVER,
              arena);
      intLayout = type("ValueLayout").getField("JAVA_INT").get(null);
      longLayout = type("ValueLayout").getField("JAVA_LONG").get(null);
    }

    /** A function of these parameters (J long, I int) that returns an int. */
    MethodHandle function(String name, String parameters) throws ReflectiveOperationException {
      Class<?> layout = type("MemoryLayout");
      Object layouts = Array.newInstance(layout, parameters.length());
      Class<?>[] types = new Class<?>[parameters.length()];
      for (int i = 0; i < types.length; i++) {
        boolean isLong = parameters.charAt(i) == 'J';
        types[i] = isLong ? long.class : int.class;
        Array.set(layouts, i, isLong ? longLayout : intLayout);
      }
      Object descriptor =
          invoke(
              type("FunctionDescriptor").getMethod("of", layout, layouts.getClass()),
              null,
              intLayout,
              layouts);
      Optional<?> symbol =
          (Optional<?>) invoke(type("SymbolLookup").getMethod("find", String.class), library, name);
      Class<?> options = Array.newInstance(type("Linker$Option"), 0).getClass();
      MethodHandle handle =
          (MethodHandle)
              invoke(
                  type("Linker")
                      .getMethod(
                          "downcallHandle",
                          type("MemorySegment"),
                          type("FunctionDescriptor"),
                          options),
                  linker,
                  symbol.orElseThrow(() -> new NoSuchMethodException(name)),
                  descriptor,
                  Array.newInstance(type("Linker$Option"), 0));
      return handle.asType(MethodType.methodType(int.class, types));
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
      return Class.forName(PACKAGE + name);
    }

    /** By a method handle, so that it is this class that the JDK sees calling. */
    private static Object invoke(Method method, @Nullable Object target, Object... arguments)
        throws ReflectiveOperationException {
      MethodHandle handle = MethodHandles.lookup().unreflect(method);
      try {
        return target == null
            ? handle.asFixedArity().invokeWithArguments(arguments)
            : handle.asFixedArity().bindTo(target).invokeWithArguments(arguments);
      } catch (ReflectiveOperationException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

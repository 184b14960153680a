package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.driver.Ranges;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUhostFn;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * NVTX by NVIDIA's library for languages that are not C.
 *
 * <p>For C, NVTX is a header only, and JavaCPP's presets have none of it since CUDA 12.9. What the
 * header does, finding the profiler's library that {@code NVTX_INJECTION64_PATH} names and calling
 * it, {@code libnvtx3interop.so.1} does for others; {@code libnvToolsExt.so.1} was its forerunner
 * until then and has the same functions. It is looked for only if that variable is set, as a
 * profiler does when it starts a program.
 *
 * <p>The functions are called through JavaCPP's class for a C function that takes a pointer and
 * returns nothing. One of them returns a number, which is left where it is, and {@code
 * nvtxRangePop} takes nothing, so what it gets is left as well: so it is in the C calling
 * conventions of x86-64 and arm64.
 */
final class NvtxRanges implements Ranges {
  static final String PROFILER = "NVTX_INJECTION64_PATH";
  private static final List<String> LIBRARIES =
      List.of("libnvtx3interop.so.1", "libnvToolsExt.so.1");

  private final Function push;
  private final Function pop;
  private final Function mark;
  private final String description;

  private NvtxRanges(Function push, Function pop, Function mark, String description) {
    this.push = push;
    this.pop = pop;
    this.mark = mark;
    this.description = description;
  }

  /** Looked for at the first call. */
  static Ranges ofProcess() {
    return OfProcess.RANGES;
  }

  private static final class OfProcess {
    static final Ranges RANGES = find(System.getenv());
  }

  static Ranges find(Map<String, String> environment) {
    if (environment.getOrDefault(PROFILER, "").isEmpty()) {
      return Ranges.none("no profiler has set " + PROFILER);
    }
    for (String library : LIBRARIES) {
      if (load(library)) {
        @Nullable Pointer push = Loader.addressof("nvtxRangePushA");
        @Nullable Pointer pop = Loader.addressof("nvtxRangePop");
        @Nullable Pointer mark = Loader.addressof("nvtxMarkA");
        if (push != null && pop != null && mark != null) {
          return new NvtxRanges(
              new Function(push), new Function(pop), new Function(mark), "NVTX by " + library);
        }
      }
    }
    return Ranges.none("none of " + LIBRARIES + " can be loaded");
  }

  private static boolean load(String library) {
    try {
      Loader.loadGlobal(library);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  @Override
  public void push(String name) {
    push.call(Scratch.get().text(name));
  }

  @Override
  public void pop() {
    pop.call(Scratch.get().argument.at(0));
  }

  @Override
  public void mark(String name) {
    mark.call(Scratch.get().text(name));
  }

  @Override
  public boolean active() {
    return true;
  }

  @Override
  public String description() {
    return description;
  }

  /** A C function by its address, which JavaCPP wants to find in memory. */
  private static final class Function {
    private final ByteBuffer place = Scratch.direct(2 * Long.BYTES);
    private final CUhostFn function = new CUhostFn(new Pointer(place));

    Function(Pointer address) {
      place.putLong(0, address.address());
    }

    void call(Pointer argument) {
      function.call(argument);
    }
  }
}

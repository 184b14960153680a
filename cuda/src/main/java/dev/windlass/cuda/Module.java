package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.ptx.KernelSignature;
import dev.windlass.cuda.ptx.PtxFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Code that is loaded on a device. Had from {@link DeviceContext#compile} and {@link
 * DeviceContext#load}.
 *
 * <p>Safe for use by many threads. Close it after the last launch of its kernels is done, or leave
 * it to the context, with which it ends.
 */
public final class Module implements AutoCloseable {
  static final String WHAT = "module";

  private final DeviceContext context;
  private final String name;
  private final Optional<PtxFile> ptx;
  private final Map<String, String> loweredNames;
  private final Handle handle;
  private final Uses inGraphs;
  private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();

  Module(
      DeviceContext context,
      String name,
      long driverHandle,
      Optional<PtxFile> ptx,
      Map<String, String> loweredNames) {
    this.context = context;
    this.name = name;
    this.ptx = ptx;
    this.loweredNames = loweredNames;
    this.handle = new Handle(context, this, WHAT, driverHandle, context.driver()::unloadModule);
    this.inGraphs = new Uses(handle::isClosed);
  }

  DeviceContext context() {
    return context;
  }

  /**
   * Fails if this is closed.
   *
   * @throws InvalidUseException if it is
   */
  void check() {
    long ignored = handle.value();
  }

  /** Right before a launch is queued; a graph that it becomes a part of ends with this. */
  void before(Stream stream) {
    check();
    Capture capture = stream.lane().capture();
    if (capture != null) {
      capture.add(new Capture.Use(inGraphs, 0, 1, false));
    }
  }

  /** The kernels whose signatures are known, by their names in the code. */
  public List<KernelSignature> signatures() {
    return ptx.map(PtxFile::kernels).orElse(List.of());
  }

  /**
   * A kernel. Its signature is read from the PTX; of code without PTX the driver tells how large
   * each parameter is, and no more.
   *
   * @param kernel its name: in C++, with namespaces ({@code math::scale}); as it was asked for from
   *     the compiler ({@code scale<float>}); or in the code
   * @throws InvalidUseException if there is none of that name, or several
   */
  public Kernel kernel(String kernel) {
    @Nullable Kernel known = kernels.get(kernel);
    if (known != null) {
      check();
      return known;
    }
    String inCode = inCode(kernel);
    Optional<KernelSignature> signature = ptx.flatMap(p -> p.kernel(inCode));
    return kernels.computeIfAbsent(kernel, k -> make(kernel, inCode, signature));
  }

  /**
   * A kernel whose code does not tell its signature.
   *
   * @param signature by hand, see {@link KernelSignature#parse}
   * @throws InvalidUseException if there is none of that name
   */
  public Kernel kernel(KernelSignature signature) {
    return make(signature.name(), signature.name(), Optional.of(signature));
  }

  private Kernel make(String asked, String inCode, Optional<KernelSignature> signature) {
    context.order.lock();
    try {
      context.check("cuModuleGetFunction");
      long module = handle.value();
      context.bind();
      long function = context.driver().function(module, inCode);
      return new Kernel(this, function, signature.orElseGet(() -> places(inCode, function)));
    } catch (CudaException e) {
      if (e.error().filter(CudaError.NOT_FOUND::equals).isPresent()) {
        throw unknown(asked);
      }
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  private KernelSignature places(String inCode, long function) {
    List<long[]> places = new ArrayList<>();
    try {
      long[] place = new long[2];
      while (context.driver().functionParameter(function, places.size(), place)) {
        places.add(place.clone());
      }
    } catch (CudaException e) {
      if (!e.contextUsable()) {
        throw e;
      }
      throw new InvalidUseException(
          "looking for kernel '" + inCode + "' in " + name,
          "the code has no PTX to read its parameters from, and the driver does not tell them: "
              + e.problem(),
          "Say them: module.kernel(KernelSignature.parse(\""
              + inCode
              + "\", \"int n, float* x\"))");
    }
    return KernelSignature.ofPlaces(inCode, places);
  }

  private String inCode(String kernel) {
    if (loweredNames.containsKey(kernel)) {
      return loweredNames.get(kernel);
    }
    if (ptx.isEmpty() || ptx.get().kernel(kernel).isPresent()) {
      return kernel;
    }
    List<KernelSignature> named =
        signatures().stream().filter(s -> s.cppName().filter(kernel::equals).isPresent()).toList();
    if (named.size() > 1) {
      throw new InvalidUseException(
          "looking for kernel '" + kernel + "' in " + name,
          "there are several: "
              + String.join(", ", named.stream().map(KernelSignature::name).toList()),
          "Use one of these names, or name it to the compiler with CompileOptions.kernel(\""
              + kernel
              + "<...>\")");
    }
    if (named.isEmpty()) {
      throw unknown(kernel);
    }
    return named.get(0).name();
  }

  private InvalidUseException unknown(String kernel) {
    List<String> there =
        signatures().stream().map(s -> s.cppName().orElse(s.name())).distinct().toList();
    return new InvalidUseException(
        "looking for kernel '" + kernel + "' in " + name,
        there.isEmpty()
            ? "there is none of that name"
            : "there is none of that name, but these: " + String.join(", ", there),
        "Look at the name; a template must be named to the compiler with CompileOptions.kernel(\""
            + kernel
            + "\"), and code without PTX has mangled names unless the kernel is extern \"C\"");
  }

  /** Unloads the code. Its kernels cannot be launched any more. Twice does nothing. */
  @Override
  public void close() {
    handle.close();
  }

  /** As {@code saxpy.cu (2 kernels)}. */
  @Override
  public String toString() {
    return ptx.isPresent() ? name + " (" + signatures().size() + " kernels)" : name;
  }
}

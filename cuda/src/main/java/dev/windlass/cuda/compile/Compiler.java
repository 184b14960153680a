package dev.windlass.cuda.compile;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaVersion;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiles CUDA C++ with NVRTC, or takes the result from the cache. Safe for use by many threads.
 *
 * <p>For a device it makes machine code (a cubin) with the PTX beside it. Machine code of a
 * capability runs on every later one of the same major version, and on any driver of the same major
 * version as NVRTC; PTX runs only on a driver that is as new as NVRTC, which makes "PTX too new"
 * the commonest failure there is. So PTX alone is made only for a device that NVRTC does not know
 * yet.
 */
public final class Compiler {
  private static final Logger log = LoggerFactory.getLogger(Compiler.class);

  private final Nvrtc nvrtc;
  private final Optional<CompileCache> cache;

  /**
   * Makes a compiler.
   *
   * @param nvrtc NVRTC
   * @param cache where results are kept; empty: nowhere
   */
  public Compiler(Nvrtc nvrtc, Optional<CompileCache> cache) {
    this.nvrtc = nvrtc;
    this.cache = cache;
  }

  /**
   * NVRTC as it is found here, with the user's cache. The first call in a process loads some 120 MB
   * of libraries.
   *
   * @throws CompilerUnavailableException if it cannot be used
   */
  public static Compiler open() {
    return new Compiler(
        load(
            CudaEnvironment.read(),
            ServiceLoader.load(NvrtcProvider.class, Compiler.class.getClassLoader())),
        CompileCache.standard());
  }

  static Nvrtc load(CudaEnvironment environment, Iterable<NvrtcProvider> providers) {
    for (NvrtcProvider provider : providers) {
      Optional<String> missing = provider.missingLibrary(environment);
      if (missing.isPresent()) {
        throw CompilerUnavailableException.missing(missing.get());
      }
      try {
        return provider.load();
      } catch (LinkageError e) {
        throw CompilerUnavailableException.notLoadable(e);
      }
    }
    throw CompilerUnavailableException.noProvider();
  }

  /** The version of NVRTC. */
  public CudaVersion version() {
    return nvrtc.version();
  }

  /**
   * Compiles for a device.
   *
   * @param name the source's name in messages, for example {@code saxpy.cu}
   * @param source CUDA C++
   * @param device the capability of the device that it shall run on
   * @param options how
   * @throws CompileException if the source has errors, or NVRTC cannot make code for the device
   */
  public CompiledCode compile(
      String name, String source, ComputeCapability device, CompileOptions options) {
    String architecture = options.architecture().orElseGet(() -> architecture(name, device));
    return compile(
        new Nvrtc.Program(
            name, source, options.headers(), options.commandLine(architecture), options.kernels()));
  }

  private CompiledCode compile(Nvrtc.Program program) {
    if (cache.isEmpty()) {
      return compileNow(program);
    }
    Optional<String> key = CompileCache.key(program, nvrtc.version());
    Optional<CompiledCode> kept = key.flatMap(k -> cache.get().find(k, program.name()));
    if (kept.isPresent()) {
      return kept.get();
    }
    CompiledCode made = compileNow(program);
    key.ifPresent(k -> cache.get().keep(k, made));
    return made;
  }

  private CompiledCode compileNow(Nvrtc.Program program) {
    long started = System.nanoTime();
    Nvrtc.Output output = nvrtc.compile(program);
    if (output.code() != 0) {
      throw CompileException.refused(program.name(), output.code(), output.log());
    }
    log.debug(
        "Compiled {} with {} in {} ms",
        program.name(),
        program.options(),
        (System.nanoTime() - started) / 1_000_000);
    if (!output.log().isBlank()) {
      log.warn("Compiling {}: {}", program.name(), output.log().strip());
    }
    return new CompiledCode(
        program.name(),
        output.ptx(),
        output.cubin().length == 0 ? Optional.empty() : Optional.of(output.cubin()),
        output.loweredNames(),
        output.log(),
        nvrtc.version());
  }

  private String architecture(String name, ComputeCapability device) {
    List<Integer> known = nvrtc.architectures();
    int wanted = 10 * device.major() + device.minor();
    OptionalInt real =
        known.stream().mapToInt(a -> a).filter(a -> a / 10 == device.major() && a <= wanted).max();
    if (real.isPresent()) {
      return "sm_" + real.getAsInt();
    }
    return "compute_"
        + known.stream()
            .mapToInt(a -> a)
            .filter(a -> a <= wanted)
            .max()
            .orElseThrow(
                () ->
                    CompileException.unsupported(
                        name,
                        "NVRTC %s makes code from compute capability %s on, the device has %s"
                            .formatted(
                                nvrtc.version(),
                                known.isEmpty() ? "?" : known.get(0) / 10 + "." + known.get(0) % 10,
                                device),
                        "Use a newer device, or compile with an older CUDA toolkit and load the"
                            + " cubin"));
  }
}

package dev.windlass.cuda.compile;

import dev.windlass.core.WindlassException;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaVersion;
import org.jspecify.annotations.Nullable;

/** NVRTC cannot be used here. Code that is compiled already can still be loaded. */
public final class CompilerUnavailableException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private static final String REMEDY =
      "Use an image that has NVRTC, such as nvidia/cuda:%s.0-runtime-..., or add the artifact"
          + " org.bytedeco:cuda-redist with the classifier of the platform (380 MB), or compile at"
          + " build time with "
          + Precompile.class.getName()
          + " and load the PTX";

  private CompilerUnavailableException(String problem, @Nullable Throwable cause) {
    super("opening NVRTC", problem, REMEDY.formatted(CudaVersion.TOOLKIT), cause);
  }

  static CompilerUnavailableException missing(String library) {
    return new CompilerUnavailableException(
        library.equals(CudaEnvironment.DRIVER_LIBRARY)
            ? "there is no "
                + library
                + ", NVIDIA's driver, without which JavaCPP's glue does not"
                + " load"
            : "there is no " + library,
        null);
  }

  static CompilerUnavailableException notLoadable(LinkageError cause) {
    return new CompilerUnavailableException(
        "it cannot be loaded: " + String.valueOf(cause.getMessage()).strip(), cause);
  }

  static CompilerUnavailableException noProvider() {
    return new CompilerUnavailableException(
        "there is no NVRTC implementation on the class path; META-INF/services must be kept when"
            + " jars are merged into one",
        null);
  }
}

package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaVersion;
import java.util.List;
import java.util.Map;

/**
 * NVIDIA's runtime compiler, as far as Windlass uses it: no policy, no state. It needs no GPU and
 * no context. Safe for use by many threads.
 */
public interface Nvrtc {
  /** {@code nvrtcVersion}. */
  CudaVersion version();

  /** {@code nvrtcGetSupportedArchs}: ascending, 90 for compute capability 9.0. */
  List<Integer> architectures();

  /**
   * {@code nvrtcCreateProgram}, {@code nvrtcCompileProgram}, and all that it made.
   *
   * @param program what to compile
   * @throws CompileException only if NVRTC itself fails; what is wrong with the program is in the
   *     output
   */
  Output compile(Program program);

  /**
   * What to compile.
   *
   * @param name the source's name in messages, for example {@code saxpy.cu}
   * @param source CUDA C++
   * @param headers by the name that the source includes them by
   * @param options as on NVRTC's command line
   * @param kernels names of kernels in C++, as {@code scale<float>}, whose name in the code is
   *     asked for
   */
  record Program(
      String name,
      String source,
      Map<String, String> headers,
      List<String> options,
      List<String> kernels) {
    /** Copies. */
    public Program {
      headers = Map.copyOf(headers);
      options = List.copyOf(options);
      kernels = List.copyOf(kernels);
    }
  }

  /** What came of it. */
  final class Output {
    private final int code;
    private final String log;
    private final String ptx;
    private final byte[] cubin;
    private final Map<String, String> loweredNames;

    /**
     * Makes an output.
     *
     * @param code 0 for success, else NVRTC's number
     * @param log the compiler's messages
     * @param ptx PTX, empty without success
     * @param cubin machine code, empty if there is none
     * @param loweredNames the names in the code of {@link Program#kernels()}
     */
    public Output(
        int code, String log, String ptx, byte[] cubin, Map<String, String> loweredNames) {
      this.code = code;
      this.log = log;
      this.ptx = ptx;
      this.cubin = cubin;
      this.loweredNames = Map.copyOf(loweredNames);
    }

    /** 0 for success, else NVRTC's number. */
    public int code() {
      return code;
    }

    /** The compiler's messages; there may be some on success too. */
    public String log() {
      return log;
    }

    /** PTX, empty without success. */
    public String ptx() {
      return ptx;
    }

    /** Machine code; empty if the architecture asked for was a virtual one. */
    public byte[] cubin() {
      return cubin;
    }

    /** The names in the code of {@link Program#kernels()}. */
    public Map<String, String> loweredNames() {
      return loweredNames;
    }
  }
}

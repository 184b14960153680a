package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.compile.CompileOptions;
import dev.windlass.cuda.compile.CompiledCode;
import dev.windlass.cuda.compile.Compiler;
import dev.windlass.cuda.compile.RealNvrtc;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.ptx.KernelSignature;
import dev.windlass.cuda.ptx.PtxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Code of all forms, whole and broken. */
class ModuleTest extends GpuCase {
  private static final String SAXPY =
      """
      __global__ void saxpy(int n, float a, const float *x, float *y) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] = a * x[i] + y[i];
      }
      template <typename T> __global__ void set(T *to, T value) { *to = value; }
      """;

  private CompiledCode compiled(CompileOptions options) {
    return new Compiler(RealNvrtc.load(), Optional.empty())
        .compile("saxpy.cu", SAXPY, ComputeCapability.of(9, 0), options);
  }

  @Test
  void compile_makesMachineCode_withItsSignature_andComputes() {
    CompiledCode code = compiled(CompileOptions.DEFAULT.kernel("set<double>"));
    assertThat(code.cubin()).isPresent();
    Module module = gpu.load(code);
    int n = 100;
    try (Stream stream = gpu.newStream();
        FloatMemory x = gpu.floats(n);
        FloatMemory y = gpu.floats(n);
        DoubleMemory d = gpu.doubles(1)) {
      x.fill(2);
      y.fill(1);
      Kernel saxpy = module.kernel("saxpy");
      assertThat(saxpy)
          .hasToString("saxpy(int, float, const float* (read), float* (read and written))");
      saxpy.launch(stream, saxpy.gridFor(n), n, 3f, x, y);
      stream.synchronize();
      assertThat(y.toArray()).containsOnly(7);
      Kernel set = module.kernel("set<double>");
      set.launch(stream, LaunchConfig.of(1, 1), d, 1.5);
      assertInvalid(
          () -> set.launch(stream, LaunchConfig.of(1, 1), d, 1.5f), "parameter 1 is double");
    }
  }

  @Test
  void contextCompiles() {
    RealNvrtc.load();
    Module module = gpu.compile("saxpy.cu", SAXPY);
    assertThat(module).hasToString("saxpy.cu (1 kernels)");
    assertThat(module.kernel("saxpy").signature().parameters()).hasSize(4);
  }

  @Test
  void cubinAlone_tellsWidths() {
    byte[] cubin = compiled(CompileOptions.DEFAULT).cubin().orElseThrow();
    Module module = gpu.load(cubin);
    Kernel saxpy = module.kernel("_Z5saxpyifPKfPf");
    assertThat(saxpy)
        .hasToString("saxpy(4-byte number, 4-byte number, 8-byte number, 8-byte number)");
    try (Stream stream = gpu.newStream();
        FloatMemory x = gpu.floats(4)) {
      x.fill(1);
      saxpy.launch(stream, LaunchConfig.of(1, 4), 4, 1f, x, x);
      assertThat(x.toArray()).containsOnly(2);
      assertInvalid(
          () -> saxpy.launch(stream, LaunchConfig.of(1, 4), 4L, 1f, x, x),
          "parameter 0 is 4-byte number, and the long 4 was given. Pass an int or a float");
    }
    assertInvalid(() -> module.kernel("saxpy"), "there is none of that name");
    FakeCuda.failAt("cuFuncGetParamInfo", 1, CudaError.NOT_SUPPORTED.code());
    Module again = gpu.load(cubin);
    assertInvalid(
        () -> again.kernel("_Z5saxpyifPKfPf"), "the driver does not tell them", "KernelSignature");
    assertThat(
            again
                .kernel(KernelSignature.parse("_Z5saxpyifPKfPf", "int, float, float*, float*"))
                .signature()
                .parameterBytes())
        .isEqualTo(24);
  }

  @Test
  void cubinThatIsCutOff_isSaid_whereverItIs() {
    byte[] cubin = compiled(CompileOptions.DEFAULT).cubin().orElseThrow();
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      int length = 4 + random.nextInt(cubin.length - 4);
      assertInvalid(
          () -> gpu.load(Arrays.copyOf(cubin, length)), "a cubin cut off after " + length);
    }
  }

  @Test
  void imagesThatAreNone_areSaid() {
    assertInvalid(() -> gpu.load(new byte[0]), "it is empty");
    assertInvalid(
        () -> gpu.load("hello there".getBytes(StandardCharsets.US_ASCII)),
        "it is no PTX, no cubin and no fatbin; it has 11 bytes and starts with 68 65 6c 6c");
    byte[] elf = new byte[200];
    elf[0] = 0x7f;
    elf[1] = 'E';
    elf[2] = 'L';
    elf[3] = 'F';
    assertInvalid(() -> gpu.load(elf), "it is an ELF file, but not one for a GPU");
    byte[] fatbin = new byte[32];
    fatbin[0] = 0x50;
    fatbin[1] = (byte) 0xed;
    fatbin[2] = 0x55;
    fatbin[3] = (byte) 0xba;
    fatbin[6] = 16;
    fatbin[8] = 100;
    assertInvalid(() -> gpu.load(fatbin), "a fatbin cut off after 32 bytes; it should have 116");
  }

  @Test
  void ptxThatIsCutOff_isSaid() {
    String ptx = KernelTest.ptx("plain");
    String half = ptx.substring(0, ptx.indexOf("cvta"));
    PtxException e = catchThrowableOfType(PtxException.class, () -> gpu.load(half));
    assertThat(e).hasMessageContaining("the text ends in the middle");
    byte[] bytes = half.getBytes(StandardCharsets.US_ASCII);
    assertThat(catchThrowableOfType(PtxException.class, () -> gpu.load(bytes))).isNotNull();
  }

  @Test
  void ptxThatIsTooNew_isSaid_withBothFixes() {
    String ptx = KernelTest.ptx("plain").replace(".version 9.1", ".version 9.2");
    IncompatibleCodeException e =
        catchThrowableOfType(IncompatibleCodeException.class, () -> gpu.load(ptx));
    assertThat(e)
        .hasMessageContaining("CUDA_ERROR_UNSUPPORTED_PTX_VERSION")
        .hasMessageContaining("The driver knows CUDA 13.1, the PTX is of version 9.2 (CUDA 13.2)")
        .hasMessageContaining("give the node a driver for CUDA 13.2 or newer")
        .hasMessageContaining("compile with a CUDA that is no newer than the driver's 13.1");
    assertThat(e.getCause()).isInstanceOf(dev.windlass.cuda.driver.CudaException.class);
  }

  @Test
  void machineCodeThatTheDriverRefuses_isReplacedByPtx_andBothFailuresAreSaid() {
    String ptx = KernelTest.ptx("plain");
    byte[] cubin = {1, 2, 3, 4};
    CompiledCode code =
        new CompiledCode("plain.cu", ptx, Optional.of(cubin), Map.of(), "", new CudaVersion(13, 1));
    Module module = gpu.load(code);
    assertThat(module.kernel("saxpy").signature().parameters()).hasSize(4);
    FakeCuda.failAt("cuModuleLoadData", 2, CudaError.UNSUPPORTED_PTX_VERSION.code());
    IncompatibleCodeException e =
        catchThrowableOfType(IncompatibleCodeException.class, () -> gpu.load(code));
    assertThat(e)
        .hasMessageContaining("loading 'plain.cu'")
        .hasMessageContaining("compiled by NVRTC 13.1");
  }

  @Test
  void closedContext_loadsNothing() {
    DeviceContext closed = cuda.device(1).context(MemoryGrowth.grow());
    closed.close();
    assertInvalid(() -> closed.load(KernelTest.ptx("plain")), "is closed");
  }
}

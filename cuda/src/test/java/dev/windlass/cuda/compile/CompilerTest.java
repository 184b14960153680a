package dev.windlass.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.compile.CompileException.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerTest {
  private static final ComputeCapability H100 = ComputeCapability.of(9, 0);

  /** Notes what it is asked for, and makes something. */
  static final class FakeNvrtc implements Nvrtc {
    final List<Program> programs = new ArrayList<>();
    CudaVersion version = new CudaVersion(13, 1);

    @Override
    public CudaVersion version() {
      return version;
    }

    @Override
    public List<Integer> architectures() {
      return List.of(75, 80, 86, 89, 90, 100, 120);
    }

    @Override
    public Output compile(Program program) {
      programs.add(program);
      return new Output(
          0, "", ".version 9.1 // " + programs.size(), new byte[] {1, 2, 3}, Map.of("k", "_Zk"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7.5, sm_75",
    "8.0, sm_80",
    "8.7, sm_86",
    "8.9, sm_89",
    "9.0, sm_90",
    "9.9, sm_90",
    "10.3, sm_100",
    "11.0, compute_100",
    "12.1, sm_120",
    "13.0, compute_120"
  })
  void architecture_isMachineCodeOfTheGeneration_elsePtxOfTheOneBefore(
      String device, String architecture) {
    FakeNvrtc nvrtc = new FakeNvrtc();
    new Compiler(nvrtc, Optional.empty())
        .compile("a.cu", "", ComputeCapability.parse(device), CompileOptions.DEFAULT);
    assertThat(nvrtc.programs.get(0).options())
        .contains("--gpu-architecture=" + architecture, "--std=c++17");
  }

  @Test
  void deviceThatIsTooOld_isSaid() {
    Compiler compiler = new Compiler(new FakeNvrtc(), Optional.empty());
    CompileException e =
        catchThrowableOfType(
            CompileException.class,
            () -> compiler.compile("a.cu", "", ComputeCapability.of(7, 0), CompileOptions.DEFAULT));
    assertThat(e).hasMessageContaining("from compute capability 7.5 on, the device has 7.0");
  }

  @Test
  void options_areNvrtcs() {
    FakeNvrtc nvrtc = new FakeNvrtc();
    CompileOptions options =
        CompileOptions.DEFAULT
            .withArchitecture("sm_90a")
            .define("N", 4)
            .define("FLAG", "")
            .includeFolder(Path.of("/include"))
            .header("a.h", "int a;")
            .kernel("k")
            .withFastMath(true)
            .withLineInfo(true)
            .withStandard("c++20")
            .option("--maxrregcount=32");
    CompiledCode code = new Compiler(nvrtc, Optional.empty()).compile("a.cu", "x", H100, options);
    assertThat(nvrtc.programs)
        .containsExactly(
            new Nvrtc.Program(
                "a.cu",
                "x",
                Map.of("a.h", "int a;"),
                List.of(
                    "--gpu-architecture=sm_90a",
                    "--std=c++20",
                    "--use_fast_math",
                    "-lineinfo",
                    "--define-macro=N=4",
                    "--define-macro=FLAG",
                    "--include-path=/include",
                    "--maxrregcount=32"),
                List.of("k")));
    assertThat(code.loweredNames()).containsEntry("k", "_Zk");
    assertThat(code.cubin().orElseThrow()).containsExactly(1, 2, 3);
  }

  @Test
  void log_isTakenApart() {
    String log =
        """
        a.cu(3): error: identifier "y" is undefined
            y[i] = 1;
            ^

        dir/b (2).h(12): warning #177-D: variable "x" was declared but never referenced
        a.cu(7): catastrophic error: cannot open source file "none.h"
        nvrtc: error : invalid value for --gpu-architecture (-arch)
        2 errors detected in the compilation of "a.cu".
        """;
    assertThat(CompileException.Diagnostic.parseLog(log, "a.cu"))
        .containsExactly(
            new CompileException.Diagnostic(
                "a.cu", 3, Severity.ERROR, "identifier \"y\" is undefined"),
            new CompileException.Diagnostic(
                "dir/b (2).h",
                12,
                Severity.WARNING,
                "variable \"x\" was declared but never referenced"),
            new CompileException.Diagnostic(
                "a.cu", 7, Severity.ERROR, "cannot open source file \"none.h\""),
            new CompileException.Diagnostic(
                "a.cu", 0, Severity.ERROR, "invalid value for --gpu-architecture (-arch)"));
  }

  @Test
  void sourceWithErrors_isAnException_withFileAndLine() {
    Compiler compiler = new Compiler(RealNvrtc.start(), Optional.empty());
    CompileOptions options = CompileOptions.DEFAULT.header("bad.h", "int f = z;");
    CompileException e =
        catchThrowableOfType(
            CompileException.class,
            () ->
                compiler.compile(
                    "a.cu", "#include \"bad.h\"\n__global__ void k() { y = 1; }", H100, options));
    assertThat(e.getMessage())
        .startsWith("While compiling 'a.cu': ")
        .contains("bad.h:1: error: identifier \"z\" is undefined")
        .contains("a.cu:2: error: identifier \"y\" is undefined");
    assertThat(e.log()).contains("identifier \"y\" is undefined");
    assertThat(e.diagnostics()).anyMatch(d -> d.file().equals("a.cu") && d.line() == 2);
  }

  @Test
  void wrongOption_andWrongKernelName_areExceptions() {
    Compiler compiler = new Compiler(RealNvrtc.start(), Optional.empty());
    CompileException option =
        catchThrowableOfType(
            CompileException.class,
            () -> compiler.compile("a.cu", "", H100, CompileOptions.DEFAULT.option("--nonsense")));
    assertThat(option).hasMessageContaining("--nonsense");
    CompileException kernel =
        catchThrowableOfType(
            CompileException.class,
            () -> compiler.compile("a.cu", "", H100, CompileOptions.DEFAULT.kernel("none<int>")));
    assertThat(kernel).hasMessageContaining("none");
  }

  @Test
  void compiledCode_hasWhatWasAskedFor() {
    Compiler compiler = new Compiler(RealNvrtc.start(), Optional.empty());
    CompiledCode code =
        compiler.compile(
            "a.cu",
            "template <typename T, int N> __global__ void k(T *p) { *p = N + M; }",
            ComputeCapability.of(8, 9),
            CompileOptions.DEFAULT.define("M", 2).kernel("k<float, 3>").withLineInfo(true));
    assertThat(code.loweredNames()).containsEntry("k<float, 3>", "_Z1kIfLi3EEvPT_");
    assertThat(code.ptx()).contains(".target sm_89", ".loc", ".entry _Z1kIfLi3EEvPT_");
    assertThat(code.cubin().orElseThrow()).startsWith(0x7f, 'E', 'L', 'F');
    assertThat(code.compiler()).isEqualTo(new CudaVersion(13, 1));
    assertThat(
            compiler
                .compile("b.cu", "", H100, CompileOptions.DEFAULT.withArchitecture("compute_80"))
                .cubin())
        .isEmpty();
  }

  @Test
  void nvrtcThatIsMissing_orCannotBeLoaded_isSaid() {
    CudaEnvironment nothing =
        new CudaEnvironment(Map.of(), "linux-x86_64", Map.of(), List.of(), Optional.empty());
    assertThat(unavailable(nothing, provider(Optional.of("libnvrtc.so.13"))))
        .hasMessageContaining("there is no libnvrtc.so.13")
        .hasMessageContaining("org.bytedeco:cuda-redist");
    assertThat(unavailable(nothing, provider(Optional.empty())))
        .hasMessageContaining("it cannot be loaded: no such symbol");
    assertThat(
            catchThrowableOfType(
                CompilerUnavailableException.class, () -> Compiler.load(nothing, List.of())))
        .hasMessageContaining("no NVRTC implementation");
  }

  private static NvrtcProvider provider(Optional<String> missing) {
    return new NvrtcProvider() {
      @Override
      public Optional<String> missingLibrary(CudaEnvironment environment) {
        return missing;
      }

      @Override
      public Nvrtc load() {
        throw new UnsatisfiedLinkError("no such symbol");
      }
    };
  }

  private static CompilerUnavailableException unavailable(
      CudaEnvironment environment, NvrtcProvider provider) {
    return catchThrowableOfType(
        CompilerUnavailableException.class, () -> Compiler.load(environment, List.of(provider)));
  }

  @Test
  void precompile_writesPtx_whereThereIsNoDriver(@TempDir Path folder)
      throws IOException, InterruptedException {
    Nvrtc ignored = RealNvrtc.start();
    Path source =
        Files.writeString(folder.resolve("a.cu"), "__global__ void k(int *p) { *p = N; }");
    String out = folder.resolve("out").toString();
    assertThat(precompile("--out", out, "--arch", "compute_80", "-DN=3", source.toString()))
        .isEmpty();
    assertThat(folder.resolve("out/a.ptx")).content().contains(".target sm_80", ".entry _Z1kPi");
    assertThat(precompile("--out", out, source.toString()))
        .contains("CompileException: While compiling")
        .contains("a.cu:1: error: identifier \"N\" is undefined");
  }

  @Test
  void precompile_withoutAFile_saysHowItIsCalled() {
    assertThatThrownBy(() -> Precompile.main(new String[] {"--out", "out", "-DN=3"}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("No .cu file is named")
        .hasMessageContaining("[--out FOLDER]");
  }

  /** In a process of its own; returns what that has printed. */
  private static String precompile(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + Path.of("target/javacpp").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                Precompile.class.getName()));
    if (Runtime.version().feature() >= 22) {
      command.add(1, "--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(output.isEmpty() ? 0 : 1);
    return output;
  }
}

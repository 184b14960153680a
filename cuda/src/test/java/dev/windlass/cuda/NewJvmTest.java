package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.fake.FakeLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of their own, in which nothing is loaded yet: the whole path as a user goes it. */
class NewJvmTest {
  @TempDir Path folder;

  @Test
  void librariesOnTheLoadersPath_areFoundAndUsed() throws Exception {
    String out =
        run(Map.of("LD_LIBRARY_PATH", FakeLibraries.folder().toString(), "FAKE_CUDA_DEVICES", "3"));
    assertThat(out)
        .contains("Available[driver=NVIDIA driver through JavaCPP, driverVersion=13.1")
        .contains("devices=3]")
        .contains("2: Fake H100 2, 1Gi, compute capability 9.0, 132 SMs");
    assertThat(classes()).contains("org.bytedeco.cuda.global.cudart");
  }

  @Test
  void withoutADriver_nothingNativeIsTouched_andTheReasonIsGiven() throws Exception {
    Assumptions.assumeTrue(
        CudaEnvironment.read().library(CudaEnvironment.DRIVER_LIBRARY).isEmpty(),
        "skipped: this machine has a CUDA driver");
    String out = run(Map.of("NVIDIA_DRIVER_CAPABILITIES", "utility"));
    assertThat(out)
        .startsWith("Unavailable[reason=NO_COMPUTE_CAPABILITY, problem=")
        .endsWith("\nNO_COMPUTE_CAPABILITY\n");
    assertThat(classes()).contains("dev.windlass.cuda.Cuda ").doesNotContain("org.bytedeco");
  }

  @Test
  void libraryThatIsNone_isAReason_notAnError() throws Exception {
    for (String name : List.of("libcuda.so.1", "libcudart.so.13")) {
      Files.writeString(folder.resolve(name), "not a library");
    }
    String out = run(Map.of("LD_LIBRARY_PATH", folder.toString()));
    assertThat(out)
        .startsWith("Unavailable[reason=LIBRARY_NOT_LOADABLE, problem=")
        .endsWith("\nLIBRARY_NOT_LOADABLE\n")
        .doesNotContain("\tat ");
  }

  private String classes() throws IOException {
    return Files.readString(folder.resolve("classes.log"));
  }

  private String run(Map<String, String> variables) throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED", // newer JDKs warn without it
            "-Xlog:class+load:file=" + folder.resolve("classes.log"),
            "-Dorg.bytedeco.javacpp.cachedir=" + Path.of("target/javacpp").toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            ProbeProgram.class.getName());
    for (String name :
        List.of(
            "LD_LIBRARY_PATH",
            "CUDA_VISIBLE_DEVICES",
            "NVIDIA_VISIBLE_DEVICES",
            "NVIDIA_DRIVER_CAPABILITIES")) {
      java.environment().remove(name);
    }
    java.environment().putAll(variables);
    Process process = java.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out;
  }
}

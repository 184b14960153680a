package dev.windlass.cuda.availability;

import static dev.windlass.cuda.availability.CudaEnvironment.DRIVER_LIBRARY;
import static dev.windlass.cuda.availability.CudaEnvironment.RUNTIME_LIBRARY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiagnosisTest {
  private static final Map<String, Path> ALL =
      Map.of(
          DRIVER_LIBRARY, Path.of("/lib/libcuda.so.1"),
          RUNTIME_LIBRARY, Path.of("/lib/libcudart.so.13"));

  private Map<String, String> variables = Map.of();
  private Map<String, Path> libraries = ALL;
  private List<DeviceFile> files = List.of();
  private Optional<DriverRelease> kernel = Optional.empty();
  private String platform = "linux-x86_64";

  private CudaEnvironment environment() {
    return new CudaEnvironment(variables, platform, libraries, files, kernel);
  }

  private Unavailable beforeLoading() {
    return Diagnosis.beforeLoading(environment(), () -> true, () -> false).orElseThrow();
  }

  private void gpus(String... names) {
    files = Arrays.stream(names).map(name -> new DeviceFile(name, true)).toList();
  }

  @Test
  void allThere_isNoObstacle_andTheRuntimeMayBeOnTheClassPath() {
    assertThat(Diagnosis.beforeLoading(environment(), () -> true, () -> false)).isEmpty();
    libraries = Map.of(DRIVER_LIBRARY, Path.of("/lib/libcuda.so.1"));
    assertThat(Diagnosis.beforeLoading(environment(), () -> true, () -> true)).isEmpty();
    assertThat(beforeLoading().reason()).isEqualTo(UnavailableReason.NO_RUNTIME_LIBRARY);
    assertThat(beforeLoading().remedy()).contains("nvidia/cuda:13.1.0-base");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mac-arm64", "windows-x86_64", "linux-riscv64"})
  void otherPlatforms_areNamed(String other) {
    platform = other;
    assertThat(beforeLoading().reason()).isEqualTo(UnavailableReason.UNSUPPORTED_PLATFORM);
    assertThat(beforeLoading().problem()).contains(other);
  }

  @Test
  void missingGlue_namesTheClassifier() {
    platform = "linux-arm64";
    Unavailable why =
        Diagnosis.beforeLoading(environment(), () -> false, () -> false).orElseThrow();
    assertThat(why.reason()).isEqualTo(UnavailableReason.NATIVE_GLUE_MISSING);
    assertThat(why.remedy()).contains("linux-arm64");
  }

  @ParameterizedTest
  @CsvSource({
    "utility, NO_COMPUTE_CAPABILITY",
    "'utility,graphics', NO_COMPUTE_CAPABILITY",
    "computer, NO_COMPUTE_CAPABILITY",
    "'utility, compute', NO_DRIVER_LIBRARY",
    "all, NO_DRIVER_LIBRARY",
    "'', NO_DRIVER_LIBRARY",
  })
  void noDriver_isDueToTheCapabilities_ifTheyLeaveOutCompute(
      String value, UnavailableReason reason) {
    libraries = Map.of();
    variables = Map.of("NVIDIA_DRIVER_CAPABILITIES", value);
    assertThat(beforeLoading().reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"void", "none", ""})
  void noDriver_isDueToNoGpuAskedFor_ifTheVariableSaysSo(String value) {
    libraries = Map.of();
    variables = Map.of("NVIDIA_VISIBLE_DEVICES", value);
    assertThat(beforeLoading().reason()).isEqualTo(UnavailableReason.NO_DRIVER_LIBRARY);
    assertThat(beforeLoading().problem()).contains("NVIDIA_VISIBLE_DEVICES='" + value + "'");
  }

  @Test
  void noDriver_thoughTheKernelHasIt_isAContainerWithoutTheRuntime() {
    libraries = Map.of();
    gpus("nvidia0", "nvidiactl");
    assertThat(beforeLoading().remedy()).contains("runtimeClassName");
    files = List.of();
    assertThat(beforeLoading().remedy()).doesNotContain("runtimeClassName");
    kernel = Optional.of(DriverRelease.parse("580.95.05"));
    assertThat(beforeLoading().remedy()).contains("runtimeClassName");
  }

  @ParameterizedTest
  @CsvSource({
    "34, STUB_LIBRARY, stubs",
    "46, DEVICE_BUSY, exclusive",
    "100, NO_DEVICE, modprobe",
    "802, SYSTEM_NOT_READY, nvidia-fabricmanager",
    "803, DRIVER_MISMATCH, restart the node",
    "804, COMPATIBILITY_NOT_SUPPORTED, /usr/local/cuda/compat",
    "805, MPS_REFUSED, MPS",
    "807, MPS_REFUSED, MPS",
    "809, MPS_REFUSED, MPS",
    "999, DRIVER_FAILED, dmesg",
    "304, DRIVER_FAILED, dmesg",
  })
  void errorOfTheStart_hasItsReasonAndRemedy(int code, UnavailableReason reason, String remedy) {
    Unavailable why = Diagnosis.notStarted(code, environment());
    assertThat(why.reason()).isEqualTo(reason);
    assertThat(why.remedy()).contains(remedy);
  }

  @Test
  void mismatch_namesTheLibraryAndTheKernel_andBlamesTheImageWhereItIsToBlame() {
    kernel = Optional.of(DriverRelease.parse("535.104.05"));
    libraries = Map.of(DRIVER_LIBRARY, Path.of("/usr/local/cuda/compat/libcuda.so.1"));
    Unavailable why = Diagnosis.notStarted(803, environment());
    assertThat(why.problem()).contains("/compat/libcuda.so.1").contains("535.104.05");
    assertThat(why.remedy()).contains("compatibility library");
  }

  @Test
  void filesThatMayNotBeOpened_areTheReason_whateverTheDriverSays() {
    files =
        List.of(
            new DeviceFile("nvidia0", false),
            new DeviceFile("nvidia-caps", false),
            new DeviceFile("nvidiactl", true));
    for (Unavailable why :
        List.of(
            Diagnosis.notStarted(100, environment()),
            Diagnosis.notStarted(999, environment()),
            Diagnosis.noDevices(environment()))) {
      assertThat(why.reason()).isEqualTo(UnavailableReason.NO_PERMISSION);
      assertThat(why.problem()).contains("[/dev/nvidia0]");
    }
    files = List.of(new DeviceFile("nvidia0", true), new DeviceFile("nvidia-modeset", false));
    assertThat(Diagnosis.notStarted(100, environment()).reason())
        .isEqualTo(UnavailableReason.NO_DEVICE);
  }

  @Test
  void gpuThatTheContainerHasLost_isTheReason_whateverTheDriverSays() {
    files = List.of(new DeviceFile("nvidia0", true), new DeviceFile("nvidiactl", true, true));
    variables = Map.of("CUDA_VISIBLE_DEVICES", "");
    for (int code : new int[] {100, 101, 999, 304}) {
      Unavailable why = Diagnosis.notStarted(code, environment());
      assertThat(why.reason()).isEqualTo(UnavailableReason.DEVICE_DETACHED);
      assertThat(why.problem()).contains("daemon-reload");
      assertThat(why.remedy()).startsWith("Make the pod anew");
    }
    assertThat(Diagnosis.notStarted(802, environment()).reason())
        .isEqualTo(UnavailableReason.SYSTEM_NOT_READY);
  }

  @ParameterizedTest
  @CsvSource({
    "'', DEVICES_HIDDEN",
    "-1, DEVICES_HIDDEN",
    "NoDevFiles, DEVICES_HIDDEN",
    "'0,0', DEVICES_HIDDEN",
    "1, DEVICES_HIDDEN",
    "0, NO_DEVICE",
    "GPU-8f6f, NO_DEVICE",
  })
  void devicesAreHidden_ifTheVariableHidesThem(String value, UnavailableReason reason) {
    gpus("nvidia3", "nvidiactl");
    variables = Map.of("CUDA_VISIBLE_DEVICES", value);
    Unavailable why = Diagnosis.notStarted(100, environment());
    assertThat(why.reason()).isEqualTo(reason);
    assertThat(why.problem()).contains("CUDA_VISIBLE_DEVICES='" + value + "'");
  }

  @Test
  void gpusThatTheDriverDoesNotShow_mayBeForMig() {
    gpus("nvidia0", "nvidiactl");
    assertThat(Diagnosis.noDevices(environment()).remedy()).contains("nvidia-smi mig");
    files = List.of();
    assertThat(Diagnosis.noDevices(environment()).remedy()).doesNotContain("nvidia-smi mig");
  }

  @Test
  void oldDriver_isToldWhichOneServes() {
    kernel = Optional.of(DriverRelease.parse("535.309.01"));
    Unavailable why = Diagnosis.tooOld(new CudaVersion(12, 2), environment());
    assertThat(why.reason()).isEqualTo(UnavailableReason.DRIVER_TOO_OLD);
    assertThat(why.problem()).contains("12.2 (release 535.309.01)").contains("13.1");
    assertThat(why.remedy()).contains("580.65.06 or newer").contains("cuda-compat-13-1");
  }

  @Test
  void texts_areClausesThatTheExceptionEndsWithAStop() {
    assertThat(new CudaUnavailableException(Diagnosis.noDevices(environment()), null))
        .hasMessageStartingWith("While opening CUDA: The driver library is there")
        .hasMessageEndingWith("('modprobe nvidia').");
  }
}

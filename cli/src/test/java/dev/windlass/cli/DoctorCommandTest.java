package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.cli.Check.Status;
import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.Availability;
import dev.windlass.cuda.availability.Availability.Available;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.CudaEnvironment.DeviceFile;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.DriverRelease;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.Fabric;
import dev.windlass.cuda.health.Reading;
import dev.windlass.cuda.health.SilentGpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pod in good order with two GPUs, of which each test spoils something. */
class DoctorCommandTest {
  private static final Map<String, Path> ALL =
      Map.of(
          "libcuda.so.1", Path.of("/usr/lib/libcuda.so.1"),
          "libcudart.so.13", Path.of("/usr/local/cuda/lib64/libcudart.so.13"),
          "libnvrtc.so.13", Path.of("/usr/local/cuda/lib64/libnvrtc.so.13"),
          "libnvidia-ml.so.1", Path.of("/usr/lib/libnvidia-ml.so.1"));

  @TempDir Path cgroup;

  private final Shell shell = new Shell();
  private final Map<String, String> variables = new HashMap<>();
  private final Map<String, Path> libraries = new HashMap<>(ALL);
  private List<DeviceFile> files =
      List.of(
          new DeviceFile("nvidia0", true),
          new DeviceFile("nvidia1", true),
          new DeviceFile("nvidiactl", true),
          new DeviceFile("nvidia-uvm", true));
  private Availability availability =
      new Available("test", new CudaVersion(13, 1), DriverFit.FULL, 2);
  private List<DeviceProperties> devices = List.of(Gpus.device(0), Gpus.device(1));
  private HealthReport health = Gpus.report(Gpus.HEALTHY, Gpus.health(1), Gpus.health(0));
  private OptionalLong sharedMemory = OptionalLong.of(8L << 30);
  private OptionalLong memoryLimit = OptionalLong.of(16L << 30);
  private OptionalLong memoryUsed = OptionalLong.of(3L << 30);

  private PodFacts facts() {
    return new PodFacts(
        new CudaEnvironment(
            variables,
            "linux-x86_64",
            libraries,
            files,
            Optional.of(DriverRelease.parse("590.44.01"))),
        false,
        false,
        availability,
        devices,
        health,
        JobContext.of(variables, System.out),
        sharedMemory,
        memoryLimit,
        memoryUsed,
        4L << 30);
  }

  private void unavailable(UnavailableReason reason) {
    availability = new Unavailable(reason, "Problem of " + reason, "Remedy of " + reason);
    devices = List.of();
  }

  private Check check(String name) {
    return PodChecks.of(facts()).checks().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void expect(String name, Status status, String found) {
    Check check = check(name);
    assertThat(check.found()).contains(found).doesNotEndWith(".");
    assertThat(check.status()).isEqualTo(status);
    assertThat(check.remedy().isEmpty()).isEqualTo(status == Status.OK || status == Status.SKIPPED);
    assertThat(check.remedy()).doesNotEndWith(".");
  }

  @Test
  void podInGoodOrder_passesAllChecks() {
    shell.pod = this::facts;
    assertThat(shell.run("doctor")).isZero();
    assertThat(shell.out())
        .startsWith("This pod or machine\n")
        .contains("OK      driver library              /usr/lib/libcuda.so.1\n")
        .contains("OK      device files                nvidia0 nvidia1\n")
        .contains("OK      start of CUDA               2 devices\n")
        .contains("CUDA 13.1 (release 590.44.01), for 13.1\n")
        .contains(
            "OK      GPU 2                       NVIDIA H100 80GB HBM3, 41 C, 71 W, 1 process")
        .contains("16Gi, 3Gi in use, Java's heap may take 4Gi\n")
        .contains("SKIPPED job ");
    assertThat(shell.err()).isEqualTo("Nothing is wrong.\n");
  }

  @Test
  void whatIsWrong_isToldWithItsRemedy_andACodeOfItsOwn() {
    unavailable(UnavailableReason.SYSTEM_NOT_READY);
    variables.put("NVIDIA_DRIVER_CAPABILITIES", "compute");
    shell.pod = this::facts;
    assertThat(shell.run("doctor")).isEqualTo(8);
    assertThat(shell.out())
        .contains("FAIL    fabric manager              Problem of SYSTEM_NOT_READY\n")
        .contains(" ".repeat(36) + "-> Remedy of SYSTEM_NOT_READY\n");
    assertThat(shell.err()).isEqualTo("2 checks have failed, 1 warning.\n");
  }

  @Test
  void warnings_areNoFailure() {
    libraries.remove("libnvrtc.so.13");
    shell.pod = this::facts;
    assertThat(shell.run("doctor")).isZero();
    assertThat(shell.err()).isEqualTo("0 checks have failed, 1 warning.\n");
  }

  @Test
  void terminal_isFilledToItsWidth_withColours() {
    unavailable(UnavailableReason.NO_DEVICE);
    availability =
        new Unavailable(UnavailableReason.NO_DEVICE, "word ".repeat(40).strip(), "do it");
    shell.pod = this::facts;
    assertThat(shell.terminal(80).run("doctor")).isEqualTo(8);
    assertThat(Vt.show(shell.out())).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(shell.out()).contains("\u001b[31mFAIL\u001b[0m");
  }

  @Test
  void json_hasEveryCheck() throws Exception {
    unavailable(UnavailableReason.NO_DEVICE);
    shell.pod = this::facts;
    assertThat(shell.run("doctor", "-o", "json")).isEqualTo(8);
    JsonNode out = new ObjectMapper().readTree(shell.out());
    assertThat(out.get("healthy").asBoolean()).isFalse();
    assertThat(out.get("failed").asInt()).isEqualTo(1);
    assertThat(out.at("/groups/0/title").asText()).isEqualTo("This pod or machine");
    JsonNode start = null;
    for (JsonNode check : out.at("/groups/0/checks")) {
      start = check.get("name").asText().equals("start of CUDA") ? check : start;
    }
    assertThat(start).isNotNull();
    assertThat(start.toString())
        .isEqualTo(
            "{\"name\":\"start of CUDA\",\"status\":\"FAIL\",\"found\":\"Problem of NO_DEVICE\","
                + "\"remedy\":\"Remedy of NO_DEVICE\"}");
    assertThat(shell.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NO_DRIVER_LIBRARY, driver library, SKIPPED",
    "NO_COMPUTE_CAPABILITY, driver library, SKIPPED",
    "UNSUPPORTED_PLATFORM, driver library, SKIPPED",
    "NATIVE_GLUE_MISSING, runtime library, SKIPPED",
    "NO_PERMISSION, device files, FAIL",
    "DRIVER_TOO_OLD, driver and toolkit, FAIL",
    "MIG_WITHOUT_INSTANCE, MIG, FAIL",
    "SYSTEM_NOT_READY, fabric manager, FAIL",
    "STUB_LIBRARY, start of CUDA, FAIL",
  })
  void cause_isToldWhereItIsFound(UnavailableReason reason, String name, Status start) {
    unavailable(reason);
    expect(name, Status.FAIL, "Problem of " + reason);
    assertThat(check("start of CUDA").status()).isEqualTo(start);
  }

  @Test
  void missingLibraries_areTold() {
    libraries.clear();
    unavailable(UnavailableReason.NO_RUNTIME_LIBRARY);
    health = HealthReport.none(new HealthReport.Note("There is no NVML", "Do it"));
    expect("driver library", Status.SKIPPED, "libcuda.so.1");
    expect("runtime library", Status.FAIL, "libcudart.so.13");
    expect("compiler (NVRTC)", Status.WARN, "libnvrtc.so.13");
    expect("management library (NVML)", Status.WARN, "libnvidia-ml.so.1");
    expect("health of the GPUs", Status.SKIPPED, "");
    expect("MIG", Status.SKIPPED, "");
    expect("fabric manager", Status.SKIPPED, "");
    expect("driver and toolkit", Status.SKIPPED, "590.44.01");
  }

  @Test
  void librariesOnTheClassPath_serve() {
    libraries.remove("libcudart.so.13");
    PodFacts f = facts();
    PodFacts bundled =
        new PodFacts(
            f.environment(),
            true,
            true,
            f.availability(),
            f.devices(),
            f.health(),
            f.job(),
            f.sharedMemory(),
            f.memoryLimit(),
            f.memoryUsed(),
            f.javaHeap());
    assertThat(PodChecks.of(bundled).count(Status.FAIL)).isZero();
    assertThat(PodChecks.of(bundled).checks().get(1).found()).isEqualTo("on the class path");
    assertThat(PodChecks.of(bundled).checks().get(2).found()).isEqualTo("on the class path");
  }

  @Test
  void driverOfAnotherKind_needsNoneOfNvidiasFiles() {
    libraries.clear();
    files = List.of();
    health = HealthReport.none(new HealthReport.Note("There is no NVML", "Do it"));
    assertThat(PodChecks.of(facts()).count(Status.FAIL)).isZero();
    expect("runtime library", Status.SKIPPED, "test does without");
    expect("compatibility library", Status.SKIPPED, "no driver library");
    expect("start of CUDA", Status.OK, "2 devices");
  }

  @Test
  void managementLibraryThatFails_isAWarning() {
    health = HealthReport.none(new HealthReport.Note("It does not start", "Do it"));
    expect("management library (NVML)", Status.WARN, "It does not start; CUDA can work");
    assertThat(check("management library (NVML)").remedy()).isEqualTo("Do it");
  }

  @Test
  void compatibilityLibrary_isNamed_andBlamedWhereItIsToBlame() {
    expect("compatibility library", Status.OK, "the node's own");
    libraries.put("libcuda.so.1", Path.of("/usr/local/cuda/compat/libcuda.so.1"));
    expect("compatibility library", Status.OK, "/usr/local/cuda/compat/libcuda.so.1");
    unavailable(UnavailableReason.COMPATIBILITY_NOT_SUPPORTED);
    expect("compatibility library", Status.FAIL, "whose driver is 590.44.01");
    unavailable(UnavailableReason.DRIVER_MISMATCH);
    expect("compatibility library", Status.FAIL, "the image's");
  }

  @Test
  void deviceFiles_mustBeThere_withTheOneForMemory() {
    files = List.of(new DeviceFile("nvidia0", true), new DeviceFile("nvidiactl", true));
    expect("device files", Status.WARN, "no nvidia-uvm");
    files = List.of(new DeviceFile("nvidiactl", true));
    expect("device files", Status.SKIPPED, "test does without");
    unavailable(UnavailableReason.NO_DEVICE);
    expect("device files", Status.FAIL, "no /dev/nvidia0");
    files = List.of(new DeviceFile("dxg", true));
    expect("device files", Status.OK, "dxg");
    files = List.of(new DeviceFile("nvidia0", true), new DeviceFile("nvidiactl", true, true));
    expect("device files", Status.FAIL, "daemon-reload");
  }

  @Test
  void givenDevices_areExplained() {
    String name = "NVIDIA_VISIBLE_DEVICES";
    expect(name, Status.OK, "not set");
    variables.put(name, "all");
    expect(name, Status.OK, "all GPUs of the node");
    variables.put("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    expect(name, Status.WARN, "whatever the pod asked for");
    variables.put(name, "0,7");
    expect(name, Status.OK, "'0,7': 2 devices are given, by their numbers on the node");
    variables.put(name, "GPU-" + Gpus.uuid(0));
    expect(name, Status.OK, "1 device is given");
    variables.put(name, "GPU-" + Gpus.uuid(0) + ",GPU-77777777");
    expect(name, Status.FAIL, "GPU-77777777 is not there");
    variables.put(name, "void");
    expect(name, Status.OK, "came another way");
    unavailable(UnavailableReason.NO_DEVICE);
    expect(name, Status.FAIL, "nothing is given");
  }

  @Test
  void capabilities_mustHaveCompute_andShouldHaveUtility() {
    String name = "NVIDIA_DRIVER_CAPABILITIES";
    expect(name, Status.OK, "not set");
    variables.put(name, "all");
    expect(name, Status.OK, "all");
    variables.put(name, "utility, compute,video");
    expect(name, Status.OK, "video");
    variables.put(name, "compute");
    expect(name, Status.WARN, "utility");
    variables.put(name, "utility");
    expect(name, Status.WARN, "came another way");
    unavailable(UnavailableReason.NO_COMPUTE_CAPABILITY);
    expect(name, Status.FAIL, "leaves out 'compute'");
  }

  @Test
  void visibleDevices_areExplained() {
    String name = "CUDA_VISIBLE_DEVICES";
    expect(name, Status.OK, "not set");
    variables.put(name, "1");
    expect(name, Status.OK, "'1' shows 1 device");
    variables.put(name, "");
    expect(name, Status.FAIL, "hides every device");
    variables.put(name, "0,9,1");
    expect(name, Status.WARN, "ends at '9': no device has that name");
    variables.put(name, "9");
    expect(name, Status.FAIL, "ends at '9'");
    variables.put(name, "0,x");
    expect(name, Status.WARN, "ends at 'x'");
    health = HealthReport.none(new HealthReport.Note("No NVML", "Add it"));
    variables.put(name, "9");
    expect(name, Status.OK, "shows 1 device"); // who is there is not known
  }

  @Test
  void partsOfGpus_areListed() {
    expect("MIG", Status.OK, "no GPU is split");
    Reading<DeviceHealth.MemoryUse> untold = new Reading.Missing<>(Reading.Why.NO_PERMISSION);
    health =
        Gpus.report(
            Gpus.HEALTHY, Gpus.health(0, Gpus.instance(0, Gpus.uuid(0), untold)), Gpus.health(1));
    expect("MIG", Status.OK, "1g.10gb");
  }

  @Test
  void splitGpuWithoutParts_isAWarning_unlessCudaHasThem() {
    health =
        Gpus.report(
            Gpus.HEALTHY,
            Gpus.health(0, new Reading.Missing<>(Reading.Why.NOT_SUPPORTED), true, List.of()));
    expect("MIG", Status.OK, "NVML does not tell of its parts");
    unavailable(UnavailableReason.DRIVER_FAILED);
    expect("MIG", Status.WARN, "have no instance here");
  }

  @Test
  void fabric_mustBeCompleteOnAllGpus_whereThereIsOne() {
    expect("fabric manager", Status.OK, "all GPUs are connected");
    health = Gpus.report(Gpus.HEALTHY, Gpus.health(0), withFabric(new Reading.Value<>(Fabric.IN_PROGRESS)));
    expect("fabric manager", Status.FAIL, "IN_PROGRESS");
    health = Gpus.report(Gpus.HEALTHY, withFabric(new Reading.Missing<>(Reading.Why.NOT_SUPPORTED)));
    expect("fabric manager", Status.SKIPPED, "on no switches");
  }

  private static DeviceHealth withFabric(Reading<Fabric> fabric) {
    return Gpus.health(1, fabric, false, List.of());
  }

  @Test
  void healthOfEachGpu_isACheck() {
    health = Gpus.report(Gpus.SLOW, Gpus.health(1));
    expect("GPU 2", Status.WARN, "It is too hot");
    health = Gpus.report(Gpus.LOST, Gpus.health(1));
    expect("GPU 2", Status.FAIL, "It is gone. No fabric");
    assertThat(check("GPU 2").remedy()).isEqualTo("Restart the node");
    health =
        new HealthReport(
            List.of(),
            List.of(new SilentGpu(new NvmlIndex(5), Reading.Why.GPU_LOST)),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    expect("GPU 5", Status.FAIL, "GPU_LOST");
  }

  @Test
  void sharedMemory_mustServeSeveralGpus() {
    expect("shared memory (/dev/shm)", Status.OK, "8Gi");
    sharedMemory = OptionalLong.of(64L << 20);
    expect("shared memory (/dev/shm)", Status.WARN, "64Mi");
    devices = List.of(Gpus.device(0));
    expect("shared memory (/dev/shm)", Status.OK, "enough for one GPU");
    variables.put("WINDLASS_WORLD_SIZE", "4");
    expect("shared memory (/dev/shm)", Status.WARN, "64Mi");
    sharedMemory = OptionalLong.empty();
    expect("shared memory (/dev/shm)", Status.SKIPPED, "");
  }

  @Test
  void memoryOfTheContainer_mustServeJava() {
    memoryUsed = OptionalLong.of(15L << 30);
    expect("memory of the container", Status.WARN, "15Gi in use");
    memoryLimit = OptionalLong.of(2L << 30);
    expect("memory of the container", Status.WARN, "more than there is");
    memoryLimit = OptionalLong.empty();
    expect("memory of the container", Status.OK, "no limit");
  }

  @Test
  void limitOfTheJob_mustFitTheGpu() {
    variables.put("WINDLASS_JOB", "train");
    expect("job", Status.OK, "train, memory is taken as it is needed, no limit");
    variables.put("WINDLASS_MEMORY_GROWTH", "false");
    variables.put("WINDLASS_GPU_MEMORY_LIMIT", "" + Memory.gib(8).bytes());
    expect("job", Status.OK, "train, memory is taken at the start, up to 8Gi of each GPU");
    variables.put("WINDLASS_GPU_MEMORY_LIMIT", "" + Memory.gib(96).bytes());
    expect("job", Status.WARN, "up to 96Gi of each GPU, which has 79.6Gi");
  }

  /** Whatever it is: no part of it ends in an exception. */
  @Test
  void machineOfThisTest_isJudged() {
    shell.pod = PodFacts::read;
    assertThat(shell.run("doctor")).isIn(0, 8);
    assertThat(shell.out()).contains("driver library").contains("start of CUDA").contains("job");
  }

  @Test
  void cgroupsMemory_isReadInBothVersions() throws IOException {
    assertThat(PodFacts.memory(cgroup, "memory.max", "memory/limit")).isEmpty();
    Files.createDirectories(cgroup.resolve("memory"));
    Files.writeString(cgroup.resolve("memory/limit"), "9223372036854771712\n");
    assertThat(PodFacts.memory(cgroup, "memory.max", "memory/limit")).isEmpty();
    Files.writeString(cgroup.resolve("memory/limit"), "1024\n");
    assertThat(PodFacts.memory(cgroup, "memory.max", "memory/limit")).hasValue(1024);
    Files.writeString(cgroup.resolve("memory.max"), "2048\n");
    assertThat(PodFacts.memory(cgroup, "memory.max", "memory/limit")).hasValue(2048);
    Files.delete(cgroup.resolve("memory/limit"));
    Files.writeString(cgroup.resolve("memory.max"), "max\n");
    assertThat(PodFacts.memory(cgroup, "memory.max", "memory/limit")).isEmpty();
  }
}

package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.Reading;
import dev.windlass.cuda.health.SilentGpu;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
  private Shell shell = new Shell();

  private void found(
      CudaVersion driver, DriverFit fit, HealthReport health, DeviceProperties... devices) {
    Map<DeviceUuid, Memory> used = new HashMap<>();
    for (DeviceProperties device : devices) {
      health.memory(device.uuid()).ifPresent(m -> used.put(device.uuid(), m.used()));
    }
    shell.devices = () -> new DeviceReport(driver, fit, List.of(devices), used, health);
  }

  private void found(HealthReport health, DeviceProperties... devices) {
    found(new CudaVersion(13, 1), DriverFit.FULL, health, devices);
  }

  private void notFound() {
    shell.devices =
        () -> {
          throw new CudaUnavailableException(
              new Unavailable(UnavailableReason.NO_DRIVER_LIBRARY, "No libcuda", "Ask for a GPU"),
              null);
        };
  }

  @Test
  void devices_areATable() {
    found(Gpus.report(Gpus.HEALTHY, Gpus.health(0)), Gpus.device(0));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            INDEX  NAME                   HEALTH  MEMORY  USED   BUSY  TEMP  POWER  CC   SMS  \
            PCI           UUID
            0      NVIDIA H100 80GB HBM3  good    79.6Gi  512Mi  -     41 C  71 W   9.0  132  \
            0000:3a:00.0  GPU-8f6f1a2b-1111-2222-3333-444455556660
            """);
    assertThat(shell.err()).isEqualTo("The driver knows CUDA up to 13.1.\n");
  }

  @Test
  void narrowTerminal_keepsWhatMatters() {
    found(Gpus.report(Gpus.HEALTHY, Gpus.health(0)), Gpus.device(0));
    shell.env.put("NO_COLOR", "1");
    assertThat(shell.terminal(80).run("devices")).isZero();
    assertThat(shell.out())
        .contains(
            "INDEX  NAME                   HEALTH  MEMORY  USED   BUSY  TEMP  POWER  CC   SMS\n")
        .contains(
            "0      NVIDIA H100 80GB HBM3  good    79.6Gi  512Mi  -     41 C  71 W   9.0  132\n");
    assertThat(shell.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
  }

  @Test
  void whatIsWrongWithAGpu_isInTheTableAndNoted() {
    found(Gpus.report(Gpus.LOST, Gpus.health(0)), Gpus.device(0));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out()).contains("NVIDIA H100 80GB HBM3  broken  79.6Gi");
    assertThat(shell.err())
        .contains("Note on 0000:3a:00.0: It is gone. Restart the node.")
        .contains("Note on 0000:3a:00.0: No fabric. Start it.");
  }

  @Test
  void partsOfAGpu_haveTheirOwnMemoryAndTheHealthOfTheGpu() throws Exception {
    found(
        Gpus.report(
            Gpus.SLOW,
            Gpus.health(
                0,
                Gpus.instance(
                    0,
                    Gpus.uuid(0),
                    new Reading.Value<>(
                        new DeviceHealth.MemoryUse(Memory.mib(9856), Memory.mib(17)))),
                Gpus.instance(1, Gpus.uuid(0), new Reading.Missing<>(Reading.Why.NO_PERMISSION)))),
        Gpus.device(0, Gpus.part(0), "NVIDIA H100 80GB HBM3"),
        Gpus.device(1, Gpus.part(1), "NVIDIA H100 80GB HBM3 MIG 1g.10gb"));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out())
        .contains("0      NVIDIA H100 80GB HBM3 MIG 1g.10gb  degraded  79.6Gi  17Mi  -     41 C")
        .contains("1      NVIDIA H100 80GB HBM3 MIG 1g.10gb  degraded  79.6Gi  -     -     41 C");
    shell = with(shell.devices);
    assertThat(shell.run("devices", "-o", "json")).isZero();
    JsonNode device = new ObjectMapper().readTree(shell.out()).at("/devices/0");
    assertThat(device.get("memoryUsedBytes").asLong()).isEqualTo(17L << 20);
    assertThat(device.get("uuid").asText()).isEqualTo("MIG-" + Gpus.part(0));
    assertThat(device.at("/mig/parent").asText()).isEqualTo("GPU-" + Gpus.uuid(0));
    assertThat(device.at("/mig/profile").asText()).isEqualTo("1g.10gb");
    assertThat(device.at("/mig/gpuInstance").asInt()).isEqualTo(7);
    assertThat(device.at("/health/gpu").asText()).isEqualTo("GPU-" + Gpus.uuid(0));
    assertThat(device.at("/health/verdict/level").asText()).isEqualTo("DEGRADED");
    assertThat(device.at("/health/verdict/findings/0/cause").asText()).isEqualTo("SLOWED_DOWN");
  }

  private static Shell with(Supplier<DeviceReport> devices) {
    Shell shell = new Shell();
    shell.devices = devices;
    return shell;
  }

  @Test
  void withoutNvml_thatIsNoted_andTheDevicesAreShown() {
    found(HealthReport.none(new HealthReport.Note("No NVML", "Add it")), Gpus.device(0));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out()).contains("HBM3  -       79.6Gi  -     -     -     -      9.0");
    assertThat(shell.err()).contains("Note: No temperature and load: No NVML. Add it.");
    shell = with(shell.devices);
    assertThat(shell.run("devices", "--topology")).isZero();
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).contains("Note: No topology: No NVML. Add it.");
  }

  @Test
  void silentGpu_isNoted() {
    HealthReport health = Gpus.report(Gpus.HEALTHY, Gpus.health(0));
    found(
        new HealthReport(
            health.gpus(),
            List.of(new SilentGpu(new NvmlIndex(5), Reading.Why.GPU_LOST)),
            health.verdicts(),
            health.topology(),
            health.note()),
        Gpus.device(0));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.err()).contains("Note: NVML's GPU 5 does not answer: GPU_LOST");
  }

  @Test
  void topology_isAMatrix_asNvidiaSmiWritesIt() {
    found(
        Gpus.report(Gpus.HEALTHY, Gpus.health(2), Gpus.health(1), Gpus.health(0)),
        Gpus.device(0),
        Gpus.device(1));
    assertThat(shell.run("devices", "--topology")).isZero();
    assertThat(shell.out())
        .isEqualTo(
            """
            GPU   GPU1  GPU2  GPU3  CUDA  NUMA  PROCESSORS
            GPU1  X     SYS   SYS   -     0     0-31,64-95
            GPU2  SYS   X     NV18  1     1     0-31,64-95
            GPU3  SYS   NV18  X     0     2     0-31,64-95
            """);
    assertThat(shell.err())
        .isEqualTo("NV#: # links of NVLink\nSYS: from one NUMA node to another\n");
  }

  @Test
  void topology_isInJson_whereItIsAskedFor() throws Exception {
    found(
        Gpus.report(Gpus.HEALTHY, Gpus.health(2), Gpus.health(1), Gpus.health(0)), Gpus.device(0));
    assertThat(shell.run("devices", "--topology", "-o", "json")).isZero();
    JsonNode topology = new ObjectMapper().readTree(shell.out()).get("topology");
    assertThat(topology.get("gpus")).hasSize(3);
    assertThat(topology.at("/gpus/1/numaNode").asInt()).isEqualTo(1);
    assertThat(topology.get("ways")).hasSize(3);
    assertThat(topology.at("/ways/2").toString())
        .isEqualTo(
            "{\"from\":2,\"to\":3,\"nvLinks\":18,\"throughSwitch\":true,\"path\":\"SYSTEM\"}");
    shell = with(shell.devices);
    shell.run("devices", "-o", "json");
    assertThat(new ObjectMapper().readTree(shell.out()).has("topology")).isFalse();
  }

  @Test
  void driverThatServesInPart_isNoted() {
    found(
        new CudaVersion(13, 0),
        DriverFit.SAME_MAJOR_ONLY,
        Gpus.report(Gpus.HEALTHY, Gpus.health(0)),
        Gpus.device(0));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.err()).contains("CUDA up to 13.0").contains("no PTX");
  }

  @Test
  void json_hasExactValues() throws Exception {
    found(
        new CudaVersion(13, 0),
        DriverFit.SAME_MAJOR_ONLY,
        Gpus.report(Gpus.HEALTHY, Gpus.health(0)),
        Gpus.device(0));
    assertThat(shell.run("devices", "-o", "json")).isZero();
    JsonNode out = new ObjectMapper().readTree(shell.out());
    assertThat(out.get("available").asBoolean()).isTrue();
    assertThat(out.get("driverVersion").asText()).isEqualTo("13.0");
    assertThat(out.get("driverFit").asText()).isEqualTo("SAME_MAJOR_ONLY");
    JsonNode device = out.at("/devices/0");
    assertThat(device.get("memoryBytes").asLong()).isEqualTo(81559L << 20);
    assertThat(device.get("memoryUsedBytes").asLong()).isEqualTo(512L << 20);
    assertThat(device.get("l2CacheBytes").asLong()).isEqualTo(50L << 20);
    assertThat(device.get("computeCapability").asText()).isEqualTo("9.0");
    assertThat(device.get("cooperativeLaunch").asBoolean()).isFalse();
    JsonNode health = device.get("health");
    assertThat(health.get("nvmlIndex").asInt()).isEqualTo(3);
    assertThat(health.get("celsius").asInt()).isEqualTo(41);
    assertThat(health.get("millijoules").asLong()).isEqualTo(1L << 40);
    assertThat(health.at("/clockReasons/0").asText()).isEqualTo("POWER_CAP");
    assertThat(health.get("uncorrectedEccErrors").asInt()).isEqualTo(2);
    assertThat(health.at("/remappedRows/pending").asBoolean()).isTrue();
    assertThat(health.get("pcieGeneration").asInt()).isEqualTo(1);
    assertThat(health.get("pcieBestGeneration").asInt()).isEqualTo(5);
    assertThat(health.get("fabric").asText()).isEqualTo("COMPLETED");
    assertThat(health.at("/processes/0/name").asText()).isEqualTo("train");
    assertThat(health.has("milliwattsLimit")).isFalse();
    assertThat(health.has("gpuBusyPercent")).isFalse();
    assertThat(health.at("/missing/milliwattsLimit").asText()).isEqualTo("NOT_SUPPORTED");
    assertThat(health.at("/missing/utilization").asText()).isEqualTo("NO_PERMISSION");
    assertThat(health.at("/verdict/level").asText()).isEqualTo("HEALTHY");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void withoutCuda_theReasonAndTheRemedyAreTold_withACodeOfTheirOwn() {
    notFound();
    assertThat(shell.run("devices")).isEqualTo(7);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).isEqualTo("Error while opening CUDA:\n  No libcuda\nAsk for a GPU.\n");
  }

  @Test
  void withoutCuda_jsonIsAResult() throws Exception {
    notFound();
    assertThat(shell.run("devices", "-o", "json")).isEqualTo(7);
    JsonNode out = new ObjectMapper().readTree(shell.out());
    assertThat(out.get("available").asBoolean()).isFalse();
    assertThat(out.get("reason").asText()).isEqualTo("NO_DRIVER_LIBRARY");
    assertThat(out.get("remedy").asText()).isEqualTo("Ask for a GPU");
    assertThat(shell.err()).isEmpty();
  }
}

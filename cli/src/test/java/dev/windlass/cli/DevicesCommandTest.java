package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.availability.DriverFit;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.CudaIndex;
import dev.windlass.cuda.device.DeviceProperties;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.device.NvmlIndex;
import dev.windlass.cuda.device.PciAddress;
import dev.windlass.cuda.health.ClockReason;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.Reading;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
  private static final DeviceProperties H100 =
      new DeviceProperties(
          new CudaIndex(0),
          DeviceUuid.parse("GPU-8f6f1a2b-1111-2222-3333-444455556666"),
          "NVIDIA H100 80GB HBM3",
          ComputeCapability.of(9, 0),
          Memory.mib(81559),
          PciAddress.parse("0000:3A:00.0"),
          132,
          1_980_000,
          true,
          false,
          new DeviceProperties.Limits(
              32,
              1024,
              2048,
              Memory.bytes(49_152),
              Memory.bytes(232_448),
              Memory.bytes(233_472),
              Memory.mib(50),
              5120),
          new DeviceProperties.Features(true, true, false));

  private static final DeviceHealth HEALTH =
      new DeviceHealth(
          new NvmlIndex(3),
          H100.uuid(),
          H100.name(),
          new Reading.Value<>(41),
          new Reading.Value<>(70_600),
          new Reading.Missing<>(Reading.Why.NOT_SUPPORTED),
          new Reading.Value<>(new DeviceHealth.MemoryUse(Memory.mib(81559), Memory.mib(512))),
          new Reading.Missing<>(Reading.Why.NO_PERMISSION),
          new Reading.Value<>(Set.of(ClockReason.POWER_CAP)),
          new Reading.Value<>(2L),
          new Reading.Value<>(false),
          List.of());

  private final Shell shell = new Shell();

  private void found(CudaVersion driver, DriverFit fit) {
    shell.devices =
        () -> new DeviceReport(driver, fit, List.of(H100), List.of(HEALTH), Optional.empty());
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
    found(new CudaVersion(13, 1), DriverFit.FULL);
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out())
        .contains("INDEX  NAME")
        .contains(
            "0      NVIDIA H100 80GB HBM3  79.6Gi  512Mi  9.0  132  -     41 C  71 W   0000:3a:00.0"
                + "  8f6f1a2b-1111-2222-3333-444455556666");
    assertThat(shell.err()).contains("CUDA up to 13.1").doesNotContain("Note:");
  }

  @Test
  void withoutNvml_thatIsNoted_andTheDevicesAreShown() {
    shell.devices =
        () ->
            new DeviceReport(
                new CudaVersion(13, 1),
                DriverFit.FULL,
                List.of(H100),
                List.of(),
                Optional.of("No NVML."));
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.out()).contains("79.6Gi  -     9.0  132  -     -     -      0000:3a:00.0");
    assertThat(shell.err()).contains("Note: No NVML.");
  }

  @Test
  void driverThatServesInPart_isNoted() {
    found(new CudaVersion(13, 0), DriverFit.SAME_MAJOR_ONLY);
    assertThat(shell.run("devices")).isZero();
    assertThat(shell.err()).contains("CUDA up to 13.0").contains("no PTX");
  }

  @Test
  void json_hasExactValues() throws Exception {
    found(new CudaVersion(13, 0), DriverFit.SAME_MAJOR_ONLY);
    assertThat(shell.run("devices", "-o", "json")).isZero();
    JsonNode out = new ObjectMapper().readTree(shell.out());
    assertThat(out.get("available").asBoolean()).isTrue();
    assertThat(out.get("driverVersion").asText()).isEqualTo("13.0");
    assertThat(out.get("driverFit").asText()).isEqualTo("SAME_MAJOR_ONLY");
    JsonNode device = out.at("/devices/0");
    assertThat(device.get("memoryBytes").asLong()).isEqualTo(81559L << 20);
    assertThat(device.get("l2CacheBytes").asLong()).isEqualTo(50L << 20);
    assertThat(device.get("computeCapability").asText()).isEqualTo("9.0");
    assertThat(device.get("cooperativeLaunch").asBoolean()).isFalse();
    JsonNode health = device.get("health");
    assertThat(health.get("nvmlIndex").asInt()).isEqualTo(3);
    assertThat(health.get("celsius").asInt()).isEqualTo(41);
    assertThat(health.get("memoryUsedBytes").asLong()).isEqualTo(512L << 20);
    assertThat(health.at("/clockReasons/0").asText()).isEqualTo("POWER_CAP");
    assertThat(health.get("uncorrectedEccErrors").asInt()).isEqualTo(2);
    assertThat(health.has("milliwattsLimit")).isFalse();
    assertThat(health.has("gpuBusyPercent")).isFalse();
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

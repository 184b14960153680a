package dev.windlass.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.availability.VisibleDevices;
import dev.windlass.cuda.device.GivenDevices.Match;
import dev.windlass.cuda.device.GivenDevices.Meaning;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two whole GPUs, and one in two parts. */
class GivenDevicesTest {
  private static final DeviceUuid A = DeviceUuid.parse("aaaa0000-0000-0000-0000-000000000000");
  private static final DeviceUuid B = DeviceUuid.parse("aabb0000-0000-0000-0000-000000000000");
  private static final DeviceUuid C = DeviceUuid.parse("cccc0000-0000-0000-0000-000000000000");
  private static final DeviceUuid C1 = DeviceUuid.parse("c1c10000-0000-0000-0000-000000000000");
  private static final DeviceUuid C2 = DeviceUuid.parse("c2c20000-0000-0000-0000-000000000000");
  private static final List<GpuIdentity> GPUS =
      List.of(
          new GpuIdentity(new NvmlIndex(0), A, List.of()),
          new GpuIdentity(new NvmlIndex(1), B, List.of()),
          new GpuIdentity(
              new NvmlIndex(2), C, List.of(instance(C1, 0, 7, 0), instance(C2, 1, 9, 1))));

  private static MigInstance instance(DeviceUuid uuid, int number, int gi, int ci) {
    return new MigInstance(uuid, C, number, gi, ci, Optional.of("1g.10gb"), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, NOT_SET, ''",
        "'', NOTHING, ''",
        "' ', NOTHING, ''",
        "void, NOTHING, ''",
        "none, DRIVER_ONLY, ''",
        "all, ALL, ''",
        "'0,all', ALL, ''",
        "nvidia.com/gpu=all, ALL, ''",
        "0, LISTED, 0",
        "'2, 0', LISTED, '2,0'",
        "'GPU-aaaa,', LISTED, GPU-aaaa",
        "'0:0,0:1', LISTED, '0:0,0:1'",
        "MIG-GPU-cccc/7/0, LISTED, MIG-GPU-cccc/7/0",
        "'nvidia.com/gpu=0,runtime.nvidia.com/gpu=1:0', LISTED, '0,1:0'",
        "/var/run/nvidia-container-devices, BY_MOUNTS, ''",
      })
  void variable_isReadAsTheContainerRuntimeReadsIt(String value, Meaning meaning, String entries) {
    GivenDevices given = GivenDevices.parse(Optional.ofNullable(value));
    assertThat(given.meaning()).isEqualTo(meaning);
    assertThat(given.entries())
        .isEqualTo(entries.isEmpty() ? List.of() : List.of(entries.split(",", -1)));
    assertThat(given.explain()).isNotBlank().doesNotEndWith(".");
  }

  @ParameterizedTest
  @CsvSource({
    "1, aabb",
    "2, 'c1c1,c2c2'",
    "3, ''",
    "2:1, c2c2",
    "2:2, ''",
    "0:0, ''",
    "GPU-aabb0000-0000-0000-0000-000000000000, aabb",
    "GPU-AAB, aabb",
    "GPU-aa, ''",
    "GPU-dd, ''",
    "GPU-cc, 'c1c1,c2c2'",
    "MIG-c1, c1c1",
    "MIG-c, ''",
    "MIG-GPU-cccc0000-0000-0000-0000-000000000000/9/1, c2c2",
    "MIG-GPU-cccc0000-0000-0000-0000-000000000000/9/0, ''",
    "MIG-GPU-aaaa0000-0000-0000-0000-000000000000/9/1, ''",
    "gpu0, ''",
    "MIG-aaaa, ''",
  })
  void entry_isTheDeviceOfThatName(String entry, String beginnings) {
    List<Match> matches = GivenDevices.parse(Optional.of(entry)).resolve(GPUS);
    assertThat(matches).hasSize(1);
    assertThat(matches.get(0).devices())
        .extracting(uuid -> uuid.toString().substring(0, 4))
        .isEqualTo(beginnings.isEmpty() ? List.of() : List.of(beginnings.split(",", -1)));
    assertThat(matches.get(0).words())
        .startsWith(beginnings.isEmpty() ? "" : "is ")
        .isNotEqualTo("is ");
  }

  @Test
  void wordsOfWhatNamesNothing_sayWhy() {
    assertThat(GivenDevices.parse(Optional.of("GPU-aa,GPU-d,gpu0,5")).resolve(GPUS))
        .extracting(Match::words)
        .containsExactly(
            "fits 2 devices", "is not there", "is no name of a device", "is not there");
  }

  @Test
  void numbers_areSaidToBeTheNodes() {
    assertThat(GivenDevices.parse(Optional.of("0,1")).explain())
        .isEqualTo("2 devices are given, by their numbers on the node");
    assertThat(GivenDevices.parse(Optional.of("GPU-aa")).explain()).isEqualTo("1 device is given");
    assertThat(GivenDevices.parse(Optional.of("0:1")).hasNumbers()).isTrue();
    assertThat(GivenDevices.parse(Optional.of("MIG-c1")).hasNumbers()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'0,1', 'aaaa,aabb', -, ''",
        "'1,0', 'aabb,aaaa', -, ''",
        "'1,7,0', 'aabb', 7, no device has that name",
        "'1,x,0', 'aabb', x, 'it is no name, or of another kind, or again'",
        "'', '', '', 'it is no name, or of another kind, or again'",
        "'GPU-aabb,GPU-aaaa', 'aabb,aaaa', -, ''",
        "'GPU-aa', '', GPU-aa, 2 devices have that name",
        "'GPU-aabb,GPU-aab', '', GPU-aab, it names a device again",
        "'MIG-c2,MIG-c1', 'c2c2,c1c1', -, ''",
        "'MIG-GPU-cccc0000-0000-0000-0000-000000000000/7/0', 'c1c1', -, ''",
        "'2', 'c1c1', -, ''",
        "'0,0', '', 0, 'it is no name, or of another kind, or again'",
      })
  void cudasList_selectsByTheDriversRules(
      String value, String beginnings, String endedBy, String words) {
    CudaSelection selection = CudaSelection.of(VisibleDevices.parse(value), GPUS);
    assertThat(selection.devices())
        .extracting(uuid -> uuid.toString().substring(0, 4))
        .isEqualTo(beginnings.isEmpty() ? List.of() : List.of(beginnings.split(",", -1)));
    assertThat(selection.endedBy()).isEqualTo(Optional.ofNullable(endedBy));
    assertThat(selection.words()).isEqualTo(words);
  }
}

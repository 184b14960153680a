package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.fake.FakeNvml.Value;
import dev.windlass.cuda.health.Topology.Path;
import dev.windlass.cuda.health.Topology.Way;
import dev.windlass.cuda.javacpp.JavacppNvmlProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places are NVML's numbers, the other way round than the fake's own. */
class TopologyTest {
  private static final int GPU = NvmlLinks.REMOTE_GPU;
  private static final int SWITCH = NvmlLinks.REMOTE_SWITCH;

  @TempDir java.nio.file.Path pciDevices;
  private Nvml nvml;

  @BeforeEach
  void start() {
    FakeNvml.start();
    FakeNvml.pose(3, 0);
    nvml = new JavacppNvmlProvider().load();
    nvml.initialize();
  }

  @AfterEach
  void end() {
    nvml.shutdown();
  }

  private Topology read() {
    return new TopologyReader(nvml, pciDevices).read(new Roster(nvml).read());
  }

  private static List<List<String>> written(Topology topology) {
    return topology.ways().stream().map(row -> row.stream().map(Way::toString).toList()).toList();
  }

  @Test
  void pathsOverPci_areThoseOfNvidiaSmi() {
    FakeNvml.path(2, 1, 10);
    FakeNvml.path(2, 0, 40);
    FakeNvml.path(1, 0, 30);
    Topology topology = read();
    assertThat(topology.gpus())
        .extracting(g -> g.index().value(), g -> g.uuid().toString().substring(35))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, "2"),
            org.assertj.core.groups.Tuple.tuple(1, "1"),
            org.assertj.core.groups.Tuple.tuple(2, "0"));
    assertThat(topology.way(0, 1).toString()).isEqualTo("PIX");
    assertThat(topology.way(0, 2).toString()).isEqualTo("NODE");
    assertThat(topology.way(2, 1).toString()).isEqualTo("PHB");
    assertThat(topology.way(2, 0).path().value()).contains(Path.NUMA_NODE);
  }

  @Test
  void linksToGpus_areCountedPerGpu_andThoseThatAreDownAreNot() {
    FakeNvml.link(2, 0, true, GPU, 1);
    FakeNvml.link(2, 5, true, GPU, 1);
    FakeNvml.link(2, 6, false, GPU, 1);
    FakeNvml.link(2, 7, true, GPU, 0);
    FakeNvml.link(1, 0, true, GPU, 2);
    FakeNvml.link(1, 1, true, GPU, 2);
    FakeNvml.link(0, 0, true, GPU, 2);
    assertThat(written(read()))
        .containsExactly(
            List.of("PSB", "NV2", "NV1"),
            List.of("NV2", "PSB", "SYS"),
            List.of("NV1", "SYS", "PSB"));
    assertThat(read().way(0, 1).throughSwitch()).isFalse();
  }

  @Test
  void gpusOnSwitches_haveAsManyLinksAsTheOneWithFewer() {
    for (int link = 0; link < 18; link++) {
      FakeNvml.link(2, link, true, SWITCH, 0);
      FakeNvml.link(1, link, link < 16, SWITCH, 0);
    }
    Topology topology = read();
    assertThat(written(topology).get(0)).containsExactly("PSB", "NV16", "SYS");
    assertThat(topology.way(1, 0)).hasToString("NV16");
    assertThat(topology.way(1, 0).throughSwitch()).isTrue();
    assertThat(topology.way(1, 0).path().value()).contains(Path.SYSTEM);
  }

  @Test
  void gpuThatTellsNoAddress_isShownWithoutWays() {
    FakeNvml.set(1, Value.PCI, -4);
    Topology topology = read();
    assertThat(topology.gpus().get(1).pci()).isEmpty();
    assertThat(topology.way(1, 0)).hasToString("?");
  }

  @Test
  void processorsAndNumaNode_areTheKernels() throws IOException {
    java.nio.file.Path folder = Files.createDirectories(pciDevices.resolve("0000:3c:00.0"));
    Files.writeString(folder.resolve("numa_node"), "1\n");
    Files.writeString(folder.resolve("local_cpulist"), "32-63,96-127\n");
    folder = Files.createDirectories(pciDevices.resolve("0000:3b:00.0"));
    Files.writeString(folder.resolve("numa_node"), "-1\n");
    Topology topology = read();
    assertThat(topology.gpus().get(0).numaNode()).hasValue(1);
    assertThat(topology.gpus().get(0).processors()).contains("32-63,96-127");
    assertThat(topology.gpus().get(1).numaNode()).isEmpty();
    assertThat(topology.gpus().get(2).processors()).isEmpty();
  }
}

package dev.windlass.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The PTX files among the resources are what NVRTC makes of the CUDA files beside them; {@code
 * -Dwindlass.test.write=true} writes them anew.
 */
class KernelFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/kernels");

  @ParameterizedTest
  @CsvSource({
    "plain, compute_75",
    "structs, compute_75",
    "names, compute_75",
    "clusters, compute_90"
  })
  void ptxFile_isWhatNvrtcMakes(String name, String architecture) throws IOException {
    Nvrtc nvrtc = RealNvrtc.start();
    String source = Files.readString(FOLDER.resolve(name + ".cu"));
    Nvrtc.Output output =
        nvrtc.compile(
            new Nvrtc.Program(
                name + ".cu",
                source,
                Map.of(),
                List.of("--gpu-architecture=" + architecture, "--std=c++17"),
                List.of()));
    assertThat(output.code()).as(output.log()).isZero();
    Path ptx = FOLDER.resolve(name + ".ptx");
    if (Boolean.getBoolean("windlass.test.write")) {
      Files.writeString(ptx, output.ptx());
    }
    assertThat(output.ptx()).isEqualTo(Files.readString(ptx));
  }
}

package dev.windlass.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.compile.CompilerTest.FakeNvrtc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCacheTest {
  private static final ComputeCapability H100 = ComputeCapability.of(9, 0);

  @TempDir Path folder;
  private Path kept;
  private final FakeNvrtc nvrtc = new FakeNvrtc();

  @BeforeEach
  void folder() {
    kept = folder.resolve("cache");
  }

  private Compiler compiler() {
    return new Compiler(nvrtc, Optional.of(new CompileCache(kept, CompileCache.DEFAULT_LIMIT)));
  }

  private CompiledCode compile(String source, CompileOptions options) {
    return compiler().compile("a.cu", source, H100, options);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(kept)) {
      return all.sorted().toList();
    }
  }

  @Test
  void secondTime_isTakenFromDisk_whole() throws IOException {
    CompiledCode first = compile("x", CompileOptions.DEFAULT);
    CompiledCode second = compile("x", CompileOptions.DEFAULT);
    assertThat(nvrtc.programs).hasSize(1);
    assertThat(second.ptx()).isEqualTo(first.ptx());
    assertThat(second.cubin().orElseThrow()).isEqualTo(first.cubin().orElseThrow());
    assertThat(second.loweredNames()).isEqualTo(first.loweredNames());
    assertThat(second.compiler()).isEqualTo(new CudaVersion(13, 1));
    assertThat(second.name()).isEqualTo("a.cu");
    assertThat(files()).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rwx------");
  }

  @Test
  void whateverDecides_makesAnotherFile() throws IOException {
    CompileOptions options = CompileOptions.DEFAULT;
    compile("x", options);
    compile("y", options);
    compile("x", options.define("A", 1));
    compile("x", options.define("A", 2));
    compile("x", options.header("h", "1"));
    compile("x", options.header("h", "2"));
    compile("x", options.header("h2", "1"));
    compile("x", options.kernel("k"));
    compile("x", options.withFastMath(true));
    compiler().compile("a.cu", "x", ComputeCapability.of(8, 0), options);
    compiler().compile("b.cu", "x", H100, options);
    nvrtc.version = new CudaVersion(13, 2);
    compile("x", options);
    assertThat(nvrtc.programs).hasSize(12);
    assertThat(files()).hasSize(12);
  }

  @Test
  void headersOnDisk_countWithTheirContent() throws IOException {
    Path include = Files.createDirectories(folder.resolve("include/sub"));
    Files.writeString(include.resolve("a.h"), "#include \"b.h\"\n");
    Files.writeString(include.resolve("b.h"), "int b = 1;");
    CompileOptions options = CompileOptions.DEFAULT.includeFolder(folder.resolve("include"));
    String source = "# include <sub/a.h>\n";
    compile(source, options);
    compile(source, options);
    assertThat(nvrtc.programs).hasSize(1);
    Files.writeString(include.resolve("b.h"), "int b = 2;");
    compile(source, options);
    assertThat(nvrtc.programs).hasSize(2);
  }

  @Test
  void headersThatCannotBeTold_areNotKept() {
    compile("#define H <a.h>\n#include H\n", CompileOptions.DEFAULT);
    compile("x", CompileOptions.DEFAULT.option("--pre-include=a.h"));
    compile("x", CompileOptions.DEFAULT.option("-I").option("/usr/include"));
    compile("x", CompileOptions.DEFAULT.option("@file"));
    assertThat(kept).doesNotExist();
  }

  @Test
  void damagedFile_isMadeAnew() throws IOException {
    compile("x", CompileOptions.DEFAULT);
    Path file = files().get(0);
    byte[] whole = Files.readAllBytes(file);
    int times = 1;
    for (int length : List.of(0, 5, 20, 60, whole.length - 1)) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      compile("x", CompileOptions.DEFAULT);
      assertThat(nvrtc.programs).as("cut to %d", length).hasSize(++times);
      compile("x", CompileOptions.DEFAULT);
      assertThat(nvrtc.programs).as("replaced after %d", length).hasSize(times);
    }
    for (int at = 0; at < whole.length; at += 7) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(file, changed);
      compile("x", CompileOptions.DEFAULT);
      assertThat(nvrtc.programs).as("changed at %d", at).hasSize(++times);
    }
  }

  @Test
  void limit_holds_byDeletingWhatWasNotUsedForLongest() throws IOException {
    compile("0", CompileOptions.DEFAULT);
    long one = Files.size(files().get(0));
    Compiler small =
        new Compiler(nvrtc, Optional.of(new CompileCache(kept, Memory.bytes(3 * one + 2))));
    Instant past = Instant.now().minusSeconds(1000);
    Files.setLastModifiedTime(files().get(0), FileTime.from(past));
    for (int i = 1; i < 3; i++) {
      List<Path> before = files();
      small.compile("a.cu", "" + i, H100, CompileOptions.DEFAULT);
      List<Path> added = new ArrayList<>(files());
      added.removeAll(before);
      Files.setLastModifiedTime(added.get(0), FileTime.from(past.plusSeconds(i)));
    }
    small.compile("a.cu", "0", H100, CompileOptions.DEFAULT); // used again
    small.compile("a.cu", "3", H100, CompileOptions.DEFAULT);
    assertThat(files()).hasSize(3);
    int compiled = nvrtc.programs.size();
    small.compile("a.cu", "0", H100, CompileOptions.DEFAULT);
    assertThat(nvrtc.programs).as("0 is still there").hasSize(compiled);
    small.compile("a.cu", "1", H100, CompileOptions.DEFAULT);
    assertThat(nvrtc.programs).as("1 is not").hasSize(compiled + 1);
  }

  @Test
  void whatAKilledProcessLeft_isDeletedAfterAnHour() throws IOException {
    Files.createDirectories(kept);
    Path old = Files.writeString(kept.resolve("a.tmp"), "x");
    Path fresh = Files.writeString(kept.resolve("b.tmp"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(4000)));
    compile("x", CompileOptions.DEFAULT);
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void folderThatCannotBeWritten_costsOnlyTheCache() throws IOException {
    Files.writeString(kept, "a file where the folder should be");
    assertThat(compile("x", CompileOptions.DEFAULT).ptx()).isNotEmpty();
    assertThat(compile("x", CompileOptions.DEFAULT).ptx()).isNotEmpty();
    assertThat(nvrtc.programs).hasSize(2);
  }

  @Test
  void manyProcesses_shareOneFolder() throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CacheProgram.class.getName(),
                  kept.toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(output).isEmpty();
      assertThat(process.exitValue()).isZero();
    }
    assertThat(files()).allMatch(f -> f.toString().endsWith(".cubin-ptx")).isNotEmpty();
  }

  @Test
  void standardFolder_isThatOfTheUser() {
    Path home = Path.of("/home/a");
    assertThat(CompileCache.standardFolder(Map.of("WINDLASS_HOME", "/w"), "/home/a"))
        .contains(Path.of("/w/cache/cuda"));
    assertThat(CompileCache.standardFolder(Map.of("XDG_CACHE_HOME", "/x"), "/home/a"))
        .contains(Path.of("/x/windlass/cuda"));
    assertThat(CompileCache.standardFolder(Map.of(), "/home/a"))
        .contains(home.resolve(".cache/windlass/cuda"));
    assertThat(CompileCache.standardFolder(Map.of("HOME", "/home/a"), "?"))
        .contains(home.resolve(".cache/windlass/cuda"));
    assertThat(CompileCache.standardFolder(Map.of(), "?")).isEmpty();
  }
}

package dev.windlass.core.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.windlass.core.backend.FaultLine;
import dev.windlass.core.backend.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
  private static final Fault FAULT =
      new Fault(Fault.Kind.GPU_FAULT, "Xid 79 on \"gpu\" \u00b5", "Drain\nthe node");

  @TempDir Path folder;

  private static JobContext of(String file) {
    return JobContext.of(Map.of("WINDLASS_FAULT_FILE", file), System.out);
  }

  @Test
  void reportFault_isFoundAgain_asItWas() throws IOException {
    Path file = folder.resolve("fault");
    assertThat(of(file.toString()).reportFault(FAULT)).isTrue();
    assertThat(FaultLine.find(Files.readString(file))).contains(FAULT);
    assertThat(Files.readString(file))
        .isEqualTo(
            "::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"remedy\":\"Drain\\u000athe node\","
                + "\"message\":\"Xid 79 on \\\"gpu\\\" \\u00b5\"}\n");
  }

  @Test
  void reportFault_theFirstCounts_andTheFileStaysAsItIs() throws IOException {
    Path file = folder.resolve("fault");
    JobContext job = of(file.toString());
    job.reportFault(FAULT);
    String first = Files.readString(file);
    for (int i = 0; i < 100; i++) {
      assertThat(job.reportFault(new Fault(Fault.Kind.DRIVER_MISMATCH, "later", ""))).isFalse();
    }
    assertThat(file).hasContent(first);
  }

  @Test
  void reportFault_intoAFileThatIsThereEmpty_writesInPlace() throws IOException {
    Path file = Files.createFile(folder.resolve("fault"));
    Object before = Files.readAttributes(file, "unix:ino").get("ino");
    assertThat(of(file.toString()).reportFault(FAULT)).isTrue();
    assertThat(Files.readAttributes(file, "unix:ino")).containsEntry("ino", before);
  }

  @Test
  void reportFault_whereNothingCanBeWritten_doesNotThrow() throws IOException {
    Path words = Files.writeString(folder.resolve("words"), "the program's own last words\n");
    assertThat(of(words.toString()).reportFault(FAULT)).isFalse();
    assertThat(words).hasContent("the program's own last words");
    assertThat(of(folder.toString()).reportFault(FAULT)).isFalse();
    assertThat(of("/dev/null").reportFault(FAULT)).isFalse();
    assertThat(of(folder.resolve("no/such/folder").toString()).reportFault(FAULT)).isFalse();
    assertThat(of("\0").reportFault(FAULT)).isFalse();
    assertThat(JobContext.of(Map.of(), System.out).reportFault(FAULT)).isFalse();
  }

  @Property(tries = 300)
  void line_ofAnyTexts_isShort_andFoundAgain(
      @ForAll @StringLength(max = 3000) String message,
      @ForAll @StringLength(max = 700) String remedy) {
    String line = new Fault(Fault.Kind.GPU_FAULT, message, remedy).line();
    assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(2048);
    assertThat(line).doesNotContain("\n").isPrintable();
    Optional<Fault> found = FaultLine.find("noise\n" + line + "\n" + line);
    assertThat(found).isPresent();
    if (line.length() < 2000 && !message.isBlank() && !line.contains("...")) {
      assertThat(found.get().message()).isEqualTo(message.strip());
    }
  }

  @Test
  void line_tooLong_isCutBetweenCharacters() {
    String line = new Fault(Fault.Kind.GPU_FAULT, "\ud83d\udd25".repeat(2000), "x").line();
    assertThat(line).hasSizeBetween(2030, 2047).endsWith("\\udd25...\"}");
    String fits = new Fault(Fault.Kind.GPU_FAULT, "m".repeat(1900), "").line();
    assertThat(fits).endsWith("mm\"}");
  }

  @Test
  void secondLine_fitsIntoWhatIsRead() {
    String line = new Fault(Fault.Kind.GPU_FAULT, "m".repeat(9000), "r".repeat(9000)).line();
    assertThat(2 * (line.length() + 1)).isEqualTo(4096);
  }

  @ParameterizedTest
  @EnumSource
  void reason_hasTheNameOfTheKind(Fault.Kind kind) {
    assertThat(FaultLine.reason(kind).name()).isEqualTo(kind.name());
    assertThat(FaultLine.find("::windlass-fault:: {\"reason\":\"" + kind + "\"}"))
        .contains(
            new Fault(kind, FaultLine.reason(kind).description(), FaultLine.reason(kind).remedy()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "::windlass-fault::",
        "::windlass-fault:: ",
        "::windlass-fault:: null",
        "::windlass-fault:: []",
        "::windlass-fault:: 7",
        "::windlass-fault:: {}",
        "::windlass-fault:: {\"reason\":\"GPU_FAULT\"",
        "::windlass-fault:: {\"reason\":\"GPU_FAULT\"} x",
        "::windlass-fault:: {\"reason\":\"CANCELLED\",\"message\":\"no\"}",
        "::windlass-fault:: {\"reason\":\"NONE\"}",
        "::windlass-fault:: {\"reason\":\"gpu_fault\"}",
        "::windlass-fault:: {\"reason\":[\"GPU_FAULT\"]}",
        "::windlass-fault:: {\"reason\":{\"GPU_FAULT\":1}}",
        " ::windlass-fault:: {\"reason\":\"GPU_FAULT\"}",
        "::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"message\":1e999999999}x",
      })
  void otherText_isNoFault(String text) {
    assertThat(FaultLine.find(text)).isEmpty();
  }

  @Test
  void hostileText_isHarmless() {
    String deep = "::windlass-fault:: " + "[".repeat(4000);
    assertThat(FaultLine.find(deep)).isEmpty();
    String deepMessage =
        "::windlass-fault:: {\"reason\":\"GPU_FAULT\",\"message\":"
            + "[".repeat(900)
            + "]".repeat(900)
            + "}";
    assertThat(FaultLine.find(deepMessage))
        .get()
        .extracting(Fault::message)
        .isEqualTo(Reason.GPU_FAULT.description());
  }

  @Test
  void brokenLine_doesNotHideTheOneAfter() {
    assertThat(FaultLine.find("x\n::windlass-fault:: {\n" + FAULT.line())).contains(FAULT);
  }

  @Property(tries = 500)
  void anyText_neverThrows(@ForAll String text) {
    assertThatCode(() -> FaultLine.find("::windlass-fault:: " + text)).doesNotThrowAnyException();
  }
}

package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.windlass.core.WindlassException;
import dev.windlass.cuda.memory.TraceEvent.Action;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
  private static final String HEADER = "Thread,Time,Action,Pointer,Size,Stream\n";

  @TempDir Path folder;

  private List<TraceEvent> read(String text) {
    try {
      return TraceFile.read(Files.writeString(folder.resolve("trace.csv"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void read_whatRmmWrites() {
    assertThat(
            read(
                HEADER
                    + "20915,13:05:59.000042,allocate,0x7f3a1c000000,1048576,0\n"
                    + "20915,13:05:59.100000,allocate failure,(nil),99999999,0x5581f0a0\n"
                    + "20916,13:06:00.000000,free,0x7f3a1c000000,1048576,0x2\n"))
        .containsExactly(
            new TraceEvent(20915, 47_159_000_042L, Action.ALLOCATE, 0x7f3a1c000000L, 1048576, 0),
            new TraceEvent(
                20915, 47_159_100_000L, Action.ALLOCATE_FAILURE, 0, 99999999, 0x5581f0a0L),
            new TraceEvent(20916, 47_160_000_000L, Action.FREE, 0x7f3a1c000000L, 1048576, 2));
  }

  @Test
  void read_whatOlderReleasesWrote_andOtherSystems() {
    assertThat(
            read(
                """
                Time,Thread,Extra,Action,Pointer,Size,Stream
                13:05:59:000042,1,x,allocate,0x10,256,94013

                 13:05:59:000043 , 1 ,x, allocate failure ,0x0, 256 ,0x0
                13:05:59:000044,1,x,allocate,0xFFFFFFFFFFFFFF00,256,0
                """
                    .replace("\n", "\r\n")))
        .extracting(TraceEvent::micros, TraceEvent::pointer, TraceEvent::stream)
        .containsExactly(
            tuple(47_159_000_042L, 0x10L, 94013L),
            tuple(47_159_000_043L, 0L, 0L),
            tuple(47_159_000_044L, -256L, 0L));
  }

  @Test
  void read_pastMidnight_timeGoesOn() {
    assertThat(
            read(
                HEADER
                    + "1,23:59:59.999999,allocate,0x1,1,0\n"
                    + "1,23:59:59.999998,allocate,0x2,1,0\n"
                    + "1,00:00:00.000001,free,0x1,1,0\n"))
        .extracting(TraceEvent::micros)
        .containsExactly(86_399_999_999L, 86_399_999_998L, 86_400_000_001L);
  }

  @Test
  void read_fileOfAKilledProcess_leavesOutTheLineThatWasCutOff() {
    String whole = HEADER + "1,00:00:00.000001,allocate,0x1,100,0\n";
    String cut = "1,00:00:00.000002,free,0x1,100,0\n";
    for (int end = 0; end < cut.length(); end++) {
      assertThat(read(whole + cut.substring(0, end))).hasSize(1);
    }
    assertThat(read(whole + cut)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,00:00:00.000001,allocate,0x1,100 | there are 5 values for 6 columns",
        "1,00:00:00.000001,allocate,0x1,100,0,7 | there are 7 values for 6 columns",
        "one,00:00:00.000001,allocate,0x1,100,0 | Thread is not a number from 0 on",
        "1,00:00:00.000001,allocate,0x1,-1,0 | Size is not a number from 0 on",
        "1,00:00:00.000001,allocate,0x1,99999999999999999999,0 | Size is not a number from 0 on",
        "1,24:00:00.000001,allocate,0x1,1,0 | Time is not of the form 23:59:59.999999",
        "1,00:00:00.1,allocate,0x1,1,0 | Time is not of the form 23:59:59.999999",
        "1,00:00:00,allocate,0x1,1,0 | Time is not of the form 23:59:59.999999",
        "1,00:00:00.000001,alloc,0x1,1,0 | Action is not allocate, free or allocate failure but 'al",
        "1,00:00:00.000001,allocate,0xg,1,0 | Pointer is not a hexadecimal number",
        "1,00:00:00.000001,allocate,0x1,1,5f | Stream is not a number from 0 on",
      })
  void read_badLine_isNamed(String line, String problem) {
    assertThatThrownBy(() -> read(HEADER + "1,00:00:00.000001,allocate,0x1,100,0\n" + line + "\n"))
        .isInstanceOf(WindlassException.class)
        .hasMessageStartingWith("While reading trace ")
        .hasMessageContaining("trace.csv, line 3: " + problem)
        .hasMessageContaining("'" + line + "'")
        .hasMessageContaining("A trace is CSV with the columns Thread,Time,Action");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "nothing",
      value = {
        "nothing | line 1: there is no line with the columns' names",
        "Thread,Time,Action,Pointer,Size | line 1: column Stream is missing",
        "1,00:00:00.000001,allocate,0x1,100,0 | line 1: column Thread is missing",
      })
  void read_badHeader_isNamed(String header, String problem) {
    assertThatThrownBy(() -> read(header == null ? "" : header + "\n"))
        .isInstanceOf(WindlassException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void read_longBadLine_isShortened() {
    assertThatThrownBy(() -> read(HEADER + "x".repeat(5000) + "\n"))
        .hasMessageContaining("'" + "x".repeat(120) + "...'")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
  }

  @Test
  void read_fileThatIsNotThere_saysWhich() {
    assertThatThrownBy(() -> TraceFile.read(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("none.csv");
  }

  @Property(tries = 200)
  void write_thenRead_isTheSame(@ForAll("traces") List<TraceEvent> events) throws IOException {
    Path file = Files.createTempFile("trace", ".csv");
    try {
      TraceFile.write(file, events);
      assertThat(TraceFile.read(file)).isEqualTo(events);
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  Arbitrary<List<TraceEvent>> traces() {
    Arbitrary<TraceEvent> event =
        Combinators.combine(
                Arbitraries.longs().between(0, Long.MAX_VALUE),
                Arbitraries.longs().between(0, 43_000_000_000L),
                Arbitraries.of(Action.class),
                Arbitraries.longs(),
                Arbitraries.longs().between(0, Long.MAX_VALUE),
                Arbitraries.longs())
            .as(TraceEvent::new);
    return event.list().ofMaxSize(50);
  }
}

package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobEvent.Progress;
import dev.windlass.core.backend.Phase;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private static ProgressBar.State running(Optional<Progress> progress, OptionalDouble rate) {
    return new ProgressBar.State(Phase.RUNNING, "", Duration.ofMillis(12_300), progress, rate);
  }

  private static ProgressBar.State halfway() {
    return running(
        Optional.of(report(24, 50, Map.of("loss", 0.25114, "accuracy", 0.91))),
        OptionalDouble.of(2.1));
  }

  private static Progress report(long step, long total, Map<String, Double> metrics) {
    return new Progress(FakeJob.at(12), 1, 0, step, total, metrics);
  }

  @Test
  void frame_wideTerminal_hasAll() {
    assertThat(ProgressBar.frame(halfway(), 120, true))
        .isEqualTo(
            "Running  12s  [██████████████░░░░░░░░░░░░░░░░]   48%  24/50  2.1/s  ETA 13s"
                + "  accuracy 0.91  loss 0.2511");
    assertThat(ProgressBar.frame(halfway(), 120, false))
        .contains("[##############----------------]");
  }

  @Test
  void frame_lessRoom_dropsTheLeastImportantFirst() {
    assertThat(ProgressBar.frame(halfway(), 80, false))
        .isEqualTo(
            "Running  12s  [#########-----------]   48%  24/50  2.1/s  ETA 13s  accuracy 0.91");
    assertThat(ProgressBar.frame(halfway(), 50, false))
        .isEqualTo("Running  12s  [#####-------]   48%  24/50  ETA 13s");
    assertThat(ProgressBar.frame(halfway(), 25, false)).isEqualTo("Running   48%  ETA 13s");
    assertThat(ProgressBar.frame(halfway(), 5, false)).isEqualTo(" 48%");
    assertThat(ProgressBar.frame(halfway(), 3, false)).isEqualTo("...");
  }

  @Test
  void frame_withoutTotal_countsSteps() {
    assertThat(
            ProgressBar.frame(
                running(Optional.of(report(7, 0, Map.of())), OptionalDouble.of(0.05)), 80, true))
        .isEqualTo("Running  12s  step 7  3/min");
  }

  @Test
  void frame_beforeAnyProgress_saysWhyItWaits() {
    ProgressBar.State pending =
        new ProgressBar.State(
            Phase.PENDING,
            "0 of 3 nodes have\na free GPU",
            Duration.ofSeconds(75),
            Optional.empty(),
            OptionalDouble.empty());
    assertThat(ProgressBar.frame(pending, 80, true))
        .isEqualTo("Pending  1m15s  0 of 3 nodes have; a free GPU");
    assertThat(ProgressBar.frame(pending, 30, true)).isEqualTo("Pending  1m15s  0 of 3 node...");
    assertThat(ProgressBar.frame(running(Optional.empty(), OptionalDouble.empty()), 80, true))
        .isEqualTo("Running  12s");
  }

  @Test
  void frame_moreStepsThanTotal_isFull() {
    assertThat(
            ProgressBar.frame(
                running(Optional.of(report(60, 50, Map.of())), OptionalDouble.of(1)), 60, false))
        .isEqualTo("Running  12s  [###############]  100%  60/50  1/s");
  }

  @Property
  void frame_anyStateAndWidth_fitsOnOneLine(
      @ForAll Phase phase,
      @ForAll String note,
      @ForAll @LongRange(min = -5, max = 1L << 40) long seconds,
      @ForAll @LongRange(min = 0) long step,
      @ForAll @LongRange(min = 0) long total,
      @ForAll String metric,
      @ForAll double value,
      @ForAll @IntRange(min = -12, max = 12) int rate,
      @ForAll boolean unicode,
      @ForAll @IntRange(min = 1, max = 200) int width) {
    ProgressBar.State state =
        new ProgressBar.State(
            phase,
            note,
            Duration.ofSeconds(seconds),
            Optional.of(report(step, total, Map.of(metric, value))),
            OptionalDouble.of(Math.pow(10, rate)));
    String frame = ProgressBar.frame(state, width, unicode);
    assertThat(Columns.width(frame)).isLessThanOrEqualTo(width);
    assertThat(frame).doesNotContainPattern("\\p{Cntrl}");
  }

  @Test
  void line_isForPlainOutput() {
    assertThat(ProgressBar.line(report(24, 50, Map.of("loss", 1234.5678, "lr", 3e-7))))
        .isEqualTo("progress 24/50 (48%) loss=1235 lr=3E-7");
    assertThat(ProgressBar.line(report(24, 0, Map.of()))).isEqualTo("progress 24");
  }
}

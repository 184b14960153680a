package dev.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.windlass.core.backend.JobEvent.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTrackerTest {
  private final ProgressTracker tracker = new ProgressTracker();

  private boolean report(int attempt, long step, long total, double seconds) {
    return tracker.add(new Progress(FakeJob.at(seconds), attempt, 0, step, total, Map.of()));
  }

  @Test
  void perSecond_isThatOfTheLastMinute() {
    assertThat(tracker.perSecond()).isEmpty();
    report(1, 0, 1000, 0);
    assertThat(tracker.perSecond()).isEmpty();
    for (int i = 1; i <= 100; i++) {
      report(1, i, 1000, i); // one a second at first
    }
    for (int i = 1; i <= 100; i++) {
      report(1, 100 + 5L * i, 1000, 100 + i); // then five
    }
    assertThat(tracker.perSecond().orElseThrow()).isCloseTo(5, within(1e-6));
  }

  @Test
  void perSecond_afterARestart_forgetsTheOldAttempt() {
    report(1, 0, 100, 0);
    report(1, 50, 100, 10);
    report(2, 40, 100, 60);
    assertThat(tracker.perSecond()).isEmpty();
    report(2, 44, 100, 62);
    assertThat(tracker.perSecond().orElseThrow()).isCloseTo(2, within(1e-6));
  }

  @Test
  void perSecond_reportsAtOneMoment_isUnknown() {
    report(1, 0, 100, 0);
    report(1, 50, 100, 0);
    assertThat(tracker.perSecond()).isEmpty();
  }

  @Test
  void add_fastReports_showsOneASecondAtMostAndTheLast() {
    List<Integer> shown = new ArrayList<>();
    for (int i = 1; i <= 1000; i++) {
      if (report(1, i, 1000, i * 0.005)) {
        shown.add(i);
      }
    }
    assertThat(shown).containsExactly(1, 201, 401, 601, 801, 1000);
  }

  @Test
  void add_slowReports_showsEveryFivePercentAndEveryHalfMinute() {
    List<Integer> shown = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      if (report(1, i, 1000, i * 10)) {
        shown.add(i);
      }
    }
    assertThat(shown).startsWith(0, 3, 6).hasSize(34);
    for (int i = 101; i <= 1000; i++) {
      if (report(1, i, 1000, 1000 + (i - 100) * 0.1)) {
        shown.add(i);
      }
    }
    assertThat(shown).hasSize(34 + 19).endsWith(999 - 50, 999, 1000);
  }

  @Test
  void add_otherReplica_isNotShown() {
    assertThat(tracker.add(new Progress(FakeJob.at(0), 1, 1, 5, 10, Map.of()))).isFalse();
    assertThat(tracker.latest()).isEmpty();
  }
}

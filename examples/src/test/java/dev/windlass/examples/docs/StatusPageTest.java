package dev.windlass.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on states names every phase and every reason, as the code does. */
class StatusPageTest {
  private static final List<List<String>> ROWS = Document.of("docs/status.md").rows();

  @Test
  void phasesAndReasons_areThoseOfTheCode_inTheirOrder() {
    List<String> expected = new ArrayList<>();
    Stream.of(Phase.values()).map(Phase::name).forEach(expected::add);
    Stream.of(Reason.values()).map(Reason::name).forEach(expected::add);
    assertThat(ROWS).extracting(r -> Document.code(r.get(0))).isEqualTo(expected);
  }

  @Test
  void reasons_haveTheirMeaningAndRemedy() {
    for (Reason reason : Reason.values()) {
      // CANCELLED is a phase too, which has fewer cells.
      assertThat(ROWS)
          .filteredOn(row -> row.size() == 4)
          .filteredOn(row -> Document.code(row.get(0)).equals(reason.name()))
          .singleElement()
          .satisfies(row -> assertThat(row.get(1)).isEqualTo(reason.description()))
          .satisfies(row -> assertThat(row.get(2)).isEqualTo(reason.remedy()));
    }
  }
}

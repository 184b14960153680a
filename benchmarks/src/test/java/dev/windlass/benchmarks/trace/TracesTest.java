package dev.windlass.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TracesTest {
  @Test
  void all_everyTrace_freesWhatIsLiveAndOnlyThat() {
    for (Trace trace : Traces.all(1, 1)) {
      long[] bytes = new long[trace.allocations()];
      long live = 0;
      long peak = 0;
      int next = 0;
      for (int event = 0; event < trace.size(); event++) {
        int id = trace.id(event);
        if (trace.allocates(event)) {
          assertThat(id).isEqualTo(next++);
          bytes[id] = trace.bytes(event);
          live += bytes[id];
        } else {
          assertThat(bytes[id]).as("%s, event %d", trace.name(), event).isPositive();
          live -= bytes[id];
          bytes[id] = 0;
        }
        peak = Math.max(peak, live);
      }
      assertThat(live).as(trace.name()).isZero();
      assertThat(trace.peakLiveBytes()).as(trace.name()).isEqualTo(peak).isPositive();
      assertThat(trace.size()).isEqualTo(2 * trace.allocations());
    }
  }

  @Test
  void all_sameSeed_sameEvents() {
    List<Trace> one = Traces.all(7, 1);
    List<Trace> two = Traces.all(7, 1);
    for (int i = 0; i < one.size(); i++) {
      assertThat(events(two.get(i))).isEqualTo(events(one.get(i)));
    }
  }

  @Test
  void all_otherSeed_otherEventsWhereTheyAreRandom() {
    List<Trace> one = Traces.all(1, 1);
    List<Trace> two = Traces.all(2, 1);
    long different = 0;
    for (int i = 0; i < one.size(); i++) {
      different += events(one.get(i)).equals(events(two.get(i))) ? 0 : 1;
    }
    assertThat(different).isEqualTo(one.size() - 2L); // the growing batch and the adversarial one
  }

  @Test
  void all_names_areDistinct() {
    assertThat(Traces.all(1, 1)).extracting(Trace::name).doesNotHaveDuplicates();
  }

  @Test
  void all_somePart_usesTwoStreams() {
    assertThat(Traces.all(1, 1).stream().filter(t -> t.streams() == 2)).hasSize(2);
  }

  @Test
  void free_twice_isRefused() {
    Trace.Builder trace = Trace.builder("x");
    int id = trace.allocate(1);
    trace.free(id);
    assertThatThrownBy(() -> trace.free(id)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void allocate_nothing_isRefused() {
    Trace.Builder trace = Trace.builder("x");
    assertThatThrownBy(() -> trace.allocate(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String events(Trace trace) {
    StringBuilder text = new StringBuilder();
    for (int event = 0; event < trace.size(); event++) {
      text.append(trace.id(event)).append(' ').append(trace.bytes(event)).append(' ');
      text.append(trace.stream(event)).append('\n');
    }
    return text.toString();
  }
}

package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.MemoryTimeline.Allocated;
import dev.windlass.cuda.memory.MemoryTimeline.Event;
import dev.windlass.cuda.memory.MemoryTimeline.Failed;
import dev.windlass.cuda.memory.MemoryTimeline.Freed;
import dev.windlass.cuda.memory.MemoryTimeline.Sampled;
import dev.windlass.cuda.memory.MemoryTimeline.Trimmed;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A timeline's events as JSON. All that could end a script or start markup is escaped, so that it
 * can stand inside of a page.
 */
final class TimelineJson {
  private final Instant start;
  private final long now;
  private final long dropped;
  private final Map<List<String>, Integer> places = new LinkedHashMap<>();

  /** The time of the first event, how long ago that is in nanoseconds, and how many are lost. */
  TimelineJson(Instant start, long now, long dropped) {
    this.start = start;
    this.now = now;
    this.dropped = dropped;
  }

  String text(List<Event> events, Collection<Allocated> live) {
    StringJoiner allocations = array();
    StringJoiner failures = array();
    StringJoiner trims = array();
    StringJoiner samples = array();
    for (Event event : events) {
      if (event instanceof Freed freed) {
        allocations.add(allocation(freed.allocation(), micros(freed.at())));
      } else if (event instanceof Failed failed) {
        failures.add(
            String.format(
                Locale.ROOT,
                "{\"time\":%d,\"bytes\":%d,\"stream\":\"0x%x\",\"thread\":%s,\"place\":%d}",
                micros(failed.at()),
                failed.bytes(),
                failed.stream(),
                string(failed.thread()),
                place(failed.place())));
      } else if (event instanceof Trimmed trimmed) {
        trims.add("{\"time\":" + micros(trimmed.at()) + ",\"bytes\":" + trimmed.bytes() + "}");
      } else if (event instanceof Sampled sampled) {
        MemoryUse use = sampled.use();
        samples.add(
            String.format(
                Locale.ROOT,
                "[%d,%d,%d,%d,%d]",
                micros(sampled.at()),
                use.live(),
                use.cached(),
                use.fragmented(),
                use.held()));
      }
    }
    for (Allocated allocation : live) {
      allocations.add(allocation(allocation, -1));
    }
    long from = dropped == 0 ? 0 : micros(events.get(0).at());
    StringJoiner calls = array();
    for (List<String> place : places.keySet()) {
      StringJoiner one = new StringJoiner(",", "[", "]");
      place.forEach(call -> one.add(string(call)));
      calls.add(one.toString());
    }
    return "{\"start\":"
        + string(start.toString())
        + ",\"from\":"
        + from
        + ",\"to\":"
        + micros(now)
        + ",\"dropped\":"
        + dropped
        + ",\n\"samples\":"
        + samples
        + ",\n\"allocations\":"
        + allocations
        + ",\n\"failures\":"
        + failures
        + ",\n\"trims\":"
        + trims
        + ",\n\"places\":"
        + calls
        + "}";
  }

  private String allocation(Allocated a, long end) {
    return String.format(
        Locale.ROOT,
        "{\"address\":\"0x%x\",\"bytes\":%d,\"stream\":\"0x%x\",\"thread\":%s,\"begin\":%d,"
            + "\"end\":%d,\"place\":%d}",
        a.address(),
        a.bytes(),
        a.stream(),
        string(a.thread()),
        micros(a.at()),
        end,
        place(a.place()));
  }

  private int place(Place place) {
    List<String> calls = place.calls();
    if (calls.isEmpty()) {
      return -1;
    }
    Integer known = places.putIfAbsent(calls, places.size());
    return known == null ? places.size() - 1 : known;
  }

  private static long micros(long nanos) {
    return nanos / 1000;
  }

  private static StringJoiner array() {
    return new StringJoiner(",\n", "[", "]");
  }

  static String string(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&' || c == '\'') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}

package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryEventsTest {
  @TempDir Path folder;

  @Test
  void recording_hasTheSlowPaths() throws Exception {
    Path file = folder.resolve("memory.jfr");
    try (Recording recording = new Recording()) {
      for (String name : List.of("MemoryGrowth", "MemoryGiveBack", "OutOfMemory")) {
        recording.enable("dev.windlass.cuda." + name);
      }
      recording.start();
      MemoryEvents.growth(10, 30);
      MemoryEvents.giveBack(20, 10);
      MemoryEvents.outOfMemory(
          new MemoryBreakdown(1, 2, 3, 4, 5, 12, 7, 8, 9, Source.VIRTUAL_MEMORY));
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events)
        .extracting(e -> e.getEventType().getName())
        .containsExactlyInAnyOrder(
            "dev.windlass.cuda.MemoryGrowth",
            "dev.windlass.cuda.MemoryGiveBack",
            "dev.windlass.cuda.OutOfMemory");
    for (RecordedEvent e : events) {
      switch (e.getEventType().getName()) {
        case "dev.windlass.cuda.MemoryGrowth" -> {
          assertThat(e.getLong("bytes")).isEqualTo(10);
          assertThat(e.getLong("held")).isEqualTo(30);
        }
        case "dev.windlass.cuda.MemoryGiveBack" -> {
          assertThat(e.getLong("bytes")).isEqualTo(20);
          assertThat(e.getLong("held")).isEqualTo(10);
        }
        default -> {
          assertThat(e.getLong("asked")).isEqualTo(1);
          assertThat(e.getLong("held")).isEqualTo(12);
          assertThat(e.getLong("deviceFree")).isEqualTo(8);
        }
      }
    }
  }
}

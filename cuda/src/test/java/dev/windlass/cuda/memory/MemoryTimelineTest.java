package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.Training;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTimelineTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong(1_000_000_000);
  private final FakeAllocator fake = new FakeAllocator(1000);

  private MemoryTimeline timeline(int capacity) {
    return new MemoryTimeline(fake, capacity, Tracking.ALL, START, nanos::get);
  }

  private void at(long micros) {
    nanos.set(1_000_000_000 + micros * 1000);
  }

  private JsonNode json(MemoryTimeline timeline) {
    Path file = folder.resolve("timeline.json");
    timeline.writeJson(file);
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void json_hasAllThatHappened() {
    MemoryTimeline timeline = timeline(100);
    at(10);
    long a = Training.step(() -> timeline.allocate(600, 0));
    at(2000);
    long b = Training.step(() -> timeline.allocate(300, 0x5f));
    at(2500);
    timeline.free(a, 600, 0);
    at(3000);
    assertThatThrownBy(() -> Training.evaluate(() -> timeline.allocate(900, 7)))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    at(4000);
    timeline.trim(0);
    at(5000);
    JsonNode json = json(timeline);
    assertThat(json.get("start").asText()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(json.get("from").asLong()).isZero();
    assertThat(json.get("to").asLong()).isEqualTo(5000);
    assertThat(json.get("dropped").asLong()).isZero();
    JsonNode first = json.get("allocations").get(0);
    assertThat(first.get("address").asText()).isEqualTo("0x" + Long.toHexString(a));
    assertThat(first.get("bytes").asLong()).isEqualTo(600);
    assertThat(first.get("begin").asLong()).isEqualTo(10);
    assertThat(first.get("end").asLong()).isEqualTo(2500);
    assertThat(first.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
    assertThat(json.get("places").get(first.get("place").asInt()).get(0).asText())
        .startsWith("com.example.Training.step(");
    JsonNode second = json.get("allocations").get(1);
    assertThat(second.get("address").asText()).isEqualTo("0x" + Long.toHexString(b));
    assertThat(second.get("stream").asText()).isEqualTo("0x5f");
    assertThat(second.get("end").asLong()).isEqualTo(-1);
    assertThat(json.get("failures").toString())
        .startsWith("[{\"time\":3000,\"bytes\":900,\"stream\":\"0x7\",");
    assertThat(json.get("trims").toString()).isEqualTo("[{\"time\":4000,\"bytes\":0}]");
    // At the first event, a millisecond later, at the failure, at the trim and at the end.
    assertThat(json.get("samples").toString())
        .isEqualTo(
            "[[10,600,0,0,600],[2000,900,0,0,900],[3000,300,0,0,300],[4000,300,0,0,300],"
                + "[5000,300,0,0,300]]");
  }

  @Test
  void quietTimeAfterABurst_showsWhatTheBurstHasLeft() {
    MemoryTimeline timeline = timeline(100);
    long a = timeline.allocate(600, 0);
    at(100);
    long b = timeline.allocate(300, 0);
    at(5000);
    timeline.free(a, 600, 0);
    at(5400);
    timeline.free(b, 300, 0);
    at(90_000);
    timeline.allocate(100, 0);
    at(90_500);
    timeline.allocate(50, 0);
    at(95_000);
    List<String> live = new ArrayList<>();
    json(timeline)
        .get("samples")
        .forEach(sample -> live.add(sample.get(0).asLong() + ": " + sample.get(1).asLong()));
    assertThat(live)
        .containsExactly(
            "0: 600", "100: 900", "5000: 300", "5400: 0", "90000: 100", "90500: 150", "95000: 150");
  }

  @Test
  void ring_keepsTheLastEvents_andWhatIsLiveForEver() {
    MemoryTimeline timeline = timeline(10);
    long kept = Training.evaluate(() -> timeline.allocate(100, 0));
    for (int i = 1; i <= 50; i++) {
      at(i * 100L);
      timeline.free(timeline.allocate(5, 0), 5, 0);
    }
    JsonNode json = json(timeline);
    assertThat(json.get("dropped").asLong()).isGreaterThan(80);
    assertThat(json.get("from").asLong()).isBetween(4000L, 5000L);
    assertThat(json.get("allocations").size()).isBetween(3, 7);
    JsonNode last = json.get("allocations").get(json.get("allocations").size() - 1);
    assertThat(last.get("address").asText()).isEqualTo("0x" + Long.toHexString(kept));
    assertThat(last.get("begin").asLong()).isZero();
    assertThat(last.get("place").asInt()).isNotNegative();
  }

  @Test
  void freeOfWhatWasAllocatedBefore_isAnAllocationSinceTheStart() {
    long address = fake.allocate(64, 0);
    MemoryTimeline timeline = timeline(10);
    at(700);
    timeline.free(address, 64, 3);
    JsonNode allocation = json(timeline).get("allocations").get(0);
    assertThat(allocation.get("begin").asLong()).isZero();
    assertThat(allocation.get("end").asLong()).isEqualTo(700);
    assertThat(allocation.get("place").asInt()).isEqualTo(-1);
  }

  @Test
  void nothingHappened_isAnEmptyTimeline() {
    JsonNode json = json(timeline(1));
    assertThat(json.get("allocations")).isEmpty();
    assertThat(json.get("samples")).hasSize(1);
  }

  @Test
  void html_standsAlone_andEscapesWhatItShows() throws Exception {
    MemoryTimeline timeline = timeline(100);
    Thread evil =
        new Thread(
            () -> timeline.allocate(10, 0), "</script><script>alert('1')</script>&\"\\\u2028\n");
    evil.start();
    evil.join();
    Path file = folder.resolve("timeline.html");
    timeline.writeHtml(file);
    String page = Files.readString(file);
    assertThat(page)
        .doesNotContain("alert('1')")
        .doesNotContain("@TIMELINE@")
        .doesNotContain("http:")
        .doesNotContain("https:")
        .doesNotContain("<link")
        .doesNotContain("src=")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .contains("default-src 'none'");
    assertThat(page.split("</script>", -1)).hasSize(3);
    Matcher data =
        Pattern.compile(
                "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
            .matcher(page);
    assertThat(data.find()).isTrue();
    assertThat(data.group(1)).matches(Pattern.compile("[ -~\n&&[^<>&']]*"));
    JsonNode json = new ObjectMapper().readTree(data.group(1));
    assertThat(json.get("allocations").get(0).get("thread").asText()).isEqualTo(evil.getName());
  }

  @Test
  void capacity_isAtLeastOne() {
    assertThatThrownBy(() -> timeline(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manyThreads_sumsAgree_whileOthersWrite() throws Exception {
    FakeAllocator large = new FakeAllocator(Long.MAX_VALUE / 2);
    MemoryTimeline timeline = new MemoryTimeline(large, 50_000, Tracking.SAMPLED);
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(
                t ->
                    new Thread(
                        () -> {
                          Random random = new Random(t);
                          Deque<long[]> mine = new ArrayDeque<>();
                          for (int i = 0; i < 2_000; i++) {
                            long bytes = 1L + random.nextInt(1000);
                            mine.add(new long[] {timeline.allocate(bytes, t), bytes});
                            long[] old = i % 3 == 0 ? null : mine.poll();
                            if (old != null) {
                              timeline.free(old[0], old[1], t);
                            }
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    for (int i = 0; i < 5; i++) {
      json(timeline);
    }
    for (Thread t : threads) {
      t.join();
    }
    JsonNode json = json(timeline);
    long live = 0;
    for (JsonNode a : json.get("allocations")) {
      live += a.get("end").asLong() < 0 ? a.get("bytes").asLong() : 0;
    }
    assertThat(live).isEqualTo(large.use().live());
    assertThat(json.get("allocations")).hasSize(8_000);
    JsonNode last = json.get("samples").get(json.get("samples").size() - 1);
    assertThat(last.get(1).asLong()).isEqualTo(live);
  }
}

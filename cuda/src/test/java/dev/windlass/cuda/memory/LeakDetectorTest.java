package dev.windlass.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.example.Training;
import dev.windlass.core.WindlassException;
import dev.windlass.cuda.memory.LeakDetector.Group;
import dev.windlass.cuda.memory.LeakDetector.Leak;
import dev.windlass.cuda.memory.LeakDetector.Tracked;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeakDetectorTest {
  private final ConcurrentLinkedQueue<Leak> leaks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger freed = new AtomicInteger();

  @Test
  void lostResource_isFreedOnce_andReportedWithWhereItWasMade() {
    try (LeakDetector detector = new LeakDetector(Tracking.ALL, leaks::add)) {
      lose(detector);
      collectUntil(() -> !leaks.isEmpty());
      assertThat(freed).hasValue(1);
      assertThat(leaks)
          .singleElement()
          .satisfies(
              leak -> {
                assertThat(leak.what()).isEqualTo("FloatMemory");
                assertThat(leak.place().get(0)).startsWith("com.example.Training.step(");
              });
      assertThat(detector.summary())
          .singleElement()
          .satisfies(
              g -> {
                assertThat(g.lost()).isEqualTo(1);
                assertThat(g.open()).isZero();
              });
    }
  }

  @Test
  void closedResource_isForgotten_whateverBecomesOfIt() {
    try (LeakDetector detector = new LeakDetector(Tracking.ALL, leaks::add)) {
      track(detector).closed();
      lose(detector);
      collectUntil(() -> !leaks.isEmpty());
      assertThat(freed).hasValue(1);
      assertThat(leaks).hasSize(1);
    }
  }

  @Test
  void closed_saysOnceThatTheCallerIsToFree() {
    try (LeakDetector detector = new LeakDetector(Tracking.ALL)) {
      Tracked tracked = detector.track(this, "Stream", freed::incrementAndGet);
      assertThat(tracked.closed()).isTrue();
      assertThat(tracked.closed()).isFalse();
    }
    assertThat(freed).hasValue(0);
  }

  @Test
  void closed_afterTheDetectorFreed_saysThatItIsDone() {
    try (LeakDetector detector = new LeakDetector(Tracking.ALL, leaks::add)) {
      Tracked tracked = track(detector);
      collectUntil(() -> !leaks.isEmpty());
      assertThat(tracked.closed()).isFalse();
    }
  }

  @Test
  void off_tracksNothing_startsNoThread_andCallersFree() {
    Set<Thread> before = threads();
    try (LeakDetector detector = new LeakDetector(Tracking.OFF, leaks::add)) {
      Tracked tracked = track(detector);
      assertThat(threads()).isEqualTo(before);
      assertThat(detector.summary()).isEmpty();
      assertThat(tracked.closed()).isTrue();
    }
  }

  @Test
  void sampled_findsAll_andSomeOfThemWithTheirPlace() {
    try (LeakDetector detector = new LeakDetector(Tracking.SAMPLED, leaks::add)) {
      int count = 128 * 50;
      for (int i = 0; i < count; i++) {
        lose(detector);
      }
      collectUntil(() -> leaks.size() == count);
      assertThat(freed).hasValue(count);
      assertThat(leaks).anySatisfy(l -> assertThat(l.place()).isNotEmpty());
      assertThat(leaks.stream().filter(l -> l.place().isEmpty()).count()).isGreaterThan(count / 2);
    }
  }

  @Test
  void sampled_knowsWhereMuchMemoryIsMade() {
    try (LeakDetector detector = new LeakDetector(Tracking.SAMPLED)) {
      for (int i = 0; i < 100; i++) {
        Training.step(() -> detector.track(this, "FloatMemory", 1 << 20, () -> {}));
      }
      assertThat(detector.summary())
          .singleElement()
          .satisfies(g -> assertThat(g.open()).isEqualTo(100))
          .satisfies(g -> assertThat(g.place().get(0)).contains("Training.step"));
    }
  }

  @Test
  void failingFree_andFailingListener_doNotEndTheWatch() {
    AtomicInteger told = new AtomicInteger();
    try (LeakDetector detector =
        new LeakDetector(
            Tracking.ALL,
            leak -> {
              told.incrementAndGet();
              throw new IllegalStateException("the listener fails");
            })) {
      detector.track(
          new Object(),
          "Graph",
          () -> {
            throw new IllegalStateException("the driver fails");
          });
      collectUntil(() -> told.get() == 1);
      lose(detector);
      collectUntil(() -> told.get() == 2);
      assertThat(freed).hasValue(1);
    }
  }

  @Test
  void summary_groupsByWhatAndPlace_theMostFirst() {
    List<Object> held = new ArrayList<>();
    try (LeakDetector detector = new LeakDetector(Tracking.ALL)) {
      for (int i = 0; i < 3; i++) {
        held.add(Training.evaluate(() -> open(detector, "Event")));
      }
      held.add(Training.step(() -> open(detector, "Event")));
      held.add(Training.step(() -> open(detector, "Stream")));
      assertThat(detector.summary())
          .extracting(Group::what, Group::open, Group::lost)
          .containsExactlyInAnyOrder(
              tuple("Event", 3L, 0L), tuple("Event", 1L, 0L), tuple("Stream", 1L, 0L));
      assertThat(detector.summary().get(0).place().get(0)).contains("Training.evaluate");
    }
    assertThat(held).hasSize(5);
  }

  @Test
  void close_leavesNoThread_andWaitsForWhatIsBeingFreed() throws Exception {
    CountDownLatch freeing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    LeakDetector detector = new LeakDetector(Tracking.ALL);
    detector.track(
        new Object(),
        "Module",
        () -> {
          freeing.countDown();
          boolean waiting = true;
          while (waiting) {
            try {
              go.await();
              waiting = false;
            } catch (InterruptedException e) {
              // Closing interrupts: a free that has begun is finished all the same.
            }
          }
          freed.incrementAndGet();
        });
    collectUntil(() -> freeing.getCount() == 0);
    Thread closing = new Thread(detector::close);
    closing.start();
    await().until(() -> closing.getState() == Thread.State.WAITING);
    assertThat(freed).hasValue(0);
    go.countDown();
    closing.join();
    assertThat(freed).hasValue(1);
    detector.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Tracking.class,
      names = {"SAMPLED", "ALL"})
  void manyThreads_thatTrackAndCloseEachOthers_loseNothing(Tracking tracking) throws Exception {
    int threads = 4;
    int each = 2_000;
    CyclicBarrier start = new CyclicBarrier(threads);
    ConcurrentLinkedQueue<Tracked> open = new ConcurrentLinkedQueue<>();
    Set<Object> alive = ConcurrentHashMap.newKeySet();
    AtomicInteger closed = new AtomicInteger();
    try (LeakDetector detector = new LeakDetector(tracking, leaks::add)) {
      List<Thread> running =
          IntStream.range(0, threads)
              .mapToObj(
                  t ->
                      new Thread(
                          () -> {
                            try {
                              start.await();
                            } catch (Exception e) {
                              throw new AssertionError(e);
                            }
                            for (int i = 0; i < each; i++) {
                              Object resource = new Object();
                              alive.add(resource);
                              open.add(detector.track(resource, "Event", freed::incrementAndGet));
                              Tracked other = i % 4 == 3 ? null : open.poll();
                              if (other != null && other.closed()) {
                                closed.incrementAndGet();
                              }
                            }
                          }))
              .toList();
      running.forEach(Thread::start);
      for (Thread t : running) {
        t.join();
      }
      assertThat(closed.get() + open.size()).isEqualTo(threads * each);
      assertThat(detector.summary().stream().mapToLong(Group::open).sum()).isEqualTo(open.size());
      assertThat(leaks).isEmpty();
      alive.clear();
      collectUntil(() -> leaks.size() == open.size());
      assertThat(freed).hasValue(open.size());
    }
  }

  @Test
  void property_saysHowMuch_orIsRefused() {
    assertThat(Tracking.parse("x", "All")).isEqualTo(Tracking.ALL);
    assertThat(Tracking.parse("x", " off ")).isEqualTo(Tracking.OFF);
    assertThatThrownBy(() -> Tracking.parse("system property windlass.cuda.leaks", "some"))
        .isInstanceOf(WindlassException.class)
        .hasMessage(
            "While reading system property windlass.cuda.leaks: 'some' is not a degree of"
                + " tracking. Write off, sampled or all.");
  }

  private void lose(LeakDetector detector) {
    track(detector);
  }

  private Tracked track(LeakDetector detector) {
    return Training.step(() -> detector.track(new Object(), "FloatMemory", freed::incrementAndGet));
  }

  private Object open(LeakDetector detector, String what) {
    Object resource = new Object();
    detector.track(resource, what, freed::incrementAndGet);
    return resource;
  }

  private static void collectUntil(Callable<Boolean> found) {
    await()
        .until(
            () -> {
              System.gc();
              return found.call();
            });
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("windlass-cuda-leaks"))
        .collect(Collectors.toSet());
  }
}

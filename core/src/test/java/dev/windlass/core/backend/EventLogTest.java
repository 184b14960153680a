package dev.windlass.core.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventLogTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final EventLog log = new EventLog(threads);

  @AfterEach
  void stop() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private static JobEvent.StatusChanged status(Phase phase) {
    JobStatus status =
        new JobStatus(
            "a",
            phase,
            Reason.NONE,
            "",
            "",
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            List.of());
    return new JobEvent.StatusChanged(Instant.EPOCH, status);
  }

  private static JobEvent.Progress progress(long step) {
    return new JobEvent.Progress(Instant.EPOCH, 1, 0, step, 0, Map.of());
  }

  /** What a listener is told, until there are so many. */
  private List<JobEvent> told(int count) {
    List<JobEvent> told = Collections.synchronizedList(new ArrayList<>());
    log.subscribe(told::add);
    await().until(() -> told.size() >= count);
    return told;
  }

  private static long step(JobEvent event) {
    return ((JobEvent.Progress) event).step();
  }

  @Test
  void lateListener_isToldAllFromTheStart() {
    List<JobEvent> events =
        List.of(status(Phase.PENDING), progress(1), progress(2), status(Phase.SUCCEEDED));
    List<JobEvent> early = Collections.synchronizedList(new ArrayList<>());
    log.subscribe(early::add);
    events.forEach(log::add);
    await().until(() -> early.size() == 4);
    assertThat(early).isEqualTo(events);
    assertThat(told(4)).isEqualTo(events);
    assertThat(log.latest()).contains(((JobEvent.StatusChanged) events.get(3)).status());
  }

  @Test
  void repeatedStatus_isDropped() {
    assertThat(log.add(status(Phase.PENDING))).isTrue();
    assertThat(log.add(status(Phase.PENDING))).isFalse();
    assertThat(log.add(progress(1))).isTrue();
    assertThat(log.add(status(Phase.PENDING))).isFalse();
    assertThat(log.add(status(Phase.RUNNING))).isTrue();
    assertThat(log.add(status(Phase.PENDING))).isTrue();
    assertThat(told(4)).hasSize(4);
  }

  @Test
  void afterAFinalStatus_nothingIsAdded() {
    log.add(status(Phase.FAILED));
    assertThat(log.add(progress(1))).isFalse();
    assertThat(log.add(status(Phase.RUNNING))).isFalse();
    assertThat(log.add(status(Phase.SUCCEEDED))).isFalse();
    assertThat(log.latest().orElseThrow().phase()).isEqualTo(Phase.FAILED);
    assertThat(log.completion().toCompletableFuture().join().phase()).isEqualTo(Phase.FAILED);
    assertThat(told(1)).containsExactly(status(Phase.FAILED));
  }

  @Test
  void completion_endsWithTheFinalStatus_orWithWhyThereIsNone() {
    var completion = log.completion().toCompletableFuture();
    log.add(status(Phase.RUNNING));
    assertThat(completion).isNotDone();
    BackendException closed = new BackendException("following", "closed", "open it again");
    log.abandon(closed);
    assertThatThrownBy(completion::join).isInstanceOf(CompletionException.class).hasCause(closed);
    EventLog other = new EventLog(threads);
    other.add(status(Phase.CANCELLED));
    other.abandon(closed);
    assertThat(other.completion().toCompletableFuture().join().phase()).isEqualTo(Phase.CANCELLED);
  }

  @Test
  void manyWritersAndListeners_allAreToldTheSameOrder() throws Exception {
    int writers = 4;
    int each = 500;
    CyclicBarrier start = new CyclicBarrier(writers + 1);
    List<Future<?>> done = new ArrayList<>();
    List<List<JobEvent>> listeners = new ArrayList<>();
    AtomicInteger overlaps = new AtomicInteger();
    for (int w = 0; w < writers; w++) {
      int writer = w;
      done.add(
          threads.submit(
              () -> {
                start.await();
                for (int i = 0; i < each; i++) {
                  log.add(progress(writer * 10_000L + i));
                }
                return null;
              }));
    }
    start.await();
    for (int l = 0; l < 5; l++) {
      List<JobEvent> told = Collections.synchronizedList(new ArrayList<>());
      AtomicInteger inside = new AtomicInteger();
      listeners.add(told);
      log.subscribe(
          e -> {
            overlaps.addAndGet(inside.getAndIncrement());
            told.add(e);
            inside.decrementAndGet();
          });
    }
    for (Future<?> f : done) {
      f.get();
    }
    log.add(status(Phase.SUCCEEDED));
    List<JobEvent> first = listeners.get(0);
    await().until(() -> listeners.stream().allMatch(l -> l.size() == writers * each + 1));
    assertThat(listeners).allSatisfy(l -> assertThat(l).isEqualTo(first));
    assertThat(overlaps).hasValue(0);
    for (int w = 0; w < writers; w++) {
      long writer = w;
      assertThat(
              first.subList(0, writers * each).stream()
                  .mapToLong(EventLogTest::step)
                  .filter(s -> s / 10_000 == writer))
          .isSorted()
          .hasSize(each);
    }
  }

  @Test
  void slowListener_holdsUpNobody() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    List<JobEvent> slow = Collections.synchronizedList(new ArrayList<>());
    log.subscribe(
        e -> {
          try {
            release.await();
          } catch (InterruptedException ex) {
            return;
          }
          slow.add(e);
        });
    for (int i = 0; i < 100; i++) {
      log.add(progress(i));
    }
    log.add(status(Phase.SUCCEEDED));
    assertThat(told(101)).hasSize(101);
    assertThat(slow).isEmpty();
    release.countDown();
    await().until(() -> slow.size() == 101);
  }

  @Test
  void throwingListener_isToldNoMore_theOthersAre() {
    AtomicInteger calls = new AtomicInteger();
    log.subscribe(
        e -> {
          calls.incrementAndGet();
          throw new IllegalStateException("broken");
        });
    log.add(progress(1));
    await().until(() -> calls.get() == 1);
    log.add(progress(2));
    log.add(status(Phase.SUCCEEDED));
    assertThat(told(3)).hasSize(3);
    assertThat(calls).hasValue(1);
  }

  @Test
  void closedSubscription_isToldNoMore() {
    List<JobEvent> told = Collections.synchronizedList(new ArrayList<>());
    Subscription subscription = log.subscribe(told::add);
    log.add(progress(1));
    await().until(() -> told.size() == 1);
    subscription.close();
    log.add(progress(2));
    assertThat(told(2)).hasSize(2);
    assertThat(told).hasSize(1);
  }

  @Test
  void whoActsOnTheEnd_andWaitsForAnother_doesNotHoldUpTheBackend() {
    EventLog another = new EventLog(threads);
    CompletableFuture<JobStatus> both =
        log.completion()
            .toCompletableFuture()
            .thenApply(
                end ->
                    another
                        .completion()
                        .toCompletableFuture()
                        .orTimeout(5, TimeUnit.SECONDS)
                        .join());
    log.add(status(Phase.FAILED));
    another.add(status(Phase.SUCCEEDED));
    assertThat(both)
        .succeedsWithin(Duration.ofSeconds(30))
        .extracting(JobStatus::phase)
        .isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void executorThatIsClosed_doesNotKeepAFinalStatusBack() {
    log.subscribe(e -> {});
    threads.shutdownNow();
    assertThat(log.add(status(Phase.SUCCEEDED))).isTrue();
    assertThat(log.completion().toCompletableFuture()).isCompleted();
  }

  @Test
  void endlessProgress_isThinnedOut_inOrderAndWithTheStatuses() {
    log.add(status(Phase.PENDING));
    log.add(status(Phase.RUNNING));
    LongStream.range(0, 35_000).forEach(i -> log.add(progress(i)));
    log.add(status(Phase.SUCCEEDED));
    List<JobEvent> told = Collections.synchronizedList(new ArrayList<>());
    log.subscribe(told::add);
    await().until(() -> told.contains(status(Phase.SUCCEEDED)));
    assertThat(told).hasSizeBetween(5_000, 10_003);
    assertThat(told.get(0)).isEqualTo(status(Phase.PENDING));
    assertThat(told.get(1)).isEqualTo(status(Phase.RUNNING));
    List<JobEvent> reports = told.subList(2, told.size() - 1);
    assertThat(reports.stream().mapToLong(EventLogTest::step)).isSorted().doesNotHaveDuplicates();
    assertThat(step(reports.get(0))).isZero();
    assertThat(step(reports.get(reports.size() - 1))).isEqualTo(34_999);
  }

  @Test
  void thinning_listenerInTheMiddle_missesNoStatusAndRepeatsNothing() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    List<JobEvent> told = Collections.synchronizedList(new ArrayList<>());
    log.subscribe(
        e -> {
          told.add(e);
          if (told.size() == 3_001) {
            arrived.countDown();
            try {
              release.await();
            } catch (InterruptedException ex) {
              Thread.currentThread().interrupt();
            }
          }
        });
    LongStream.range(0, 4_000).forEach(i -> log.add(progress(i)));
    arrived.await();
    log.add(status(Phase.RUNNING));
    LongStream.range(4_000, 12_000).forEach(i -> log.add(progress(i)));
    log.add(status(Phase.SUCCEEDED));
    release.countDown();
    await().until(() -> told.contains(status(Phase.SUCCEEDED)));
    List<Long> steps =
        told.stream().filter(JobEvent.Progress.class::isInstance).map(EventLogTest::step).toList();
    assertThat(steps).isSorted().doesNotHaveDuplicates();
    assertThat(steps.subList(0, 3_001)).isEqualTo(LongStream.range(0, 3_001).boxed().toList());
    assertThat(steps.get(3_001)).isBetween(3_001L, 3_002L);
    assertThat(told).containsOnlyOnce(status(Phase.RUNNING));
  }
}

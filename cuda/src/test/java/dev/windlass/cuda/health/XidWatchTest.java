package dev.windlass.cuda.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.fake.FakeNvml;
import dev.windlass.cuda.fake.FakeNvml.Value;
import dev.windlass.cuda.health.HealthMonitor.Watch;
import dev.windlass.cuda.health.Verdict.Cause;
import dev.windlass.cuda.javacpp.JavacppNvmlProvider;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class XidWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final int BOTH = 0b11;

  private final BlockingQueue<XidEvent> heard = new LinkedBlockingQueue<>();
  private HealthMonitor monitor;

  @BeforeEach
  void start() {
    FakeNvml.start();
    monitor = open(new XidWatcher.Pace(20, 10, 50, 100));
  }

  @AfterEach
  void nothingIsLeft() {
    monitor.close();
    assertThat(FakeNvml.eventSets()).isZero();
    assertThat(FakeNvml.users()).isZero();
    assertThat(threads()).isZero();
  }

  private static HealthMonitor open(XidWatcher.Pace pace) {
    return HealthMonitor.open(
        FakeNvml.environment(),
        List.of(new JavacppNvmlProvider()),
        () -> false,
        Clock.fixed(NOW, ZoneOffset.UTC),
        pace);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().equals("windlass-xid"))
        .count();
  }

  private static void awaitWatched(int gpus) {
    await().until(() -> FakeNvml.watched() == gpus);
  }

  private XidEvent next() throws InterruptedException {
    XidEvent event = heard.poll(20, TimeUnit.SECONDS);
    assertThat(event).as("an event in 20 s").isNotNull();
    return event;
  }

  private static DeviceUuid uuid(int gpu) {
    return DeviceUuid.parse("GPU-a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae0" + gpu);
  }

  @Test
  void xid_isToldWithTheGpuAndItsMeaning() throws InterruptedException {
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.raiseXid(1, 48, -1);
    FakeNvml.raiseXid(0, 13, -1);
    assertThat(next()).isEqualTo(new XidEvent(uuid(1), Optional.empty(), Xid.of(48), NOW));
    assertThat(next()).isEqualTo(new XidEvent(uuid(0), Optional.empty(), Xid.of(13), NOW));
    assertThat(monitor.events()).extracting(e -> e.xid().code()).containsExactly(48, 13);
    assertThat(monitor.verdict(uuid(1)).worst())
        .hasValueSatisfying(f -> assertThat(f.cause()).isEqualTo(Cause.XID));
    assertThat(monitor.verdict(uuid(0)).findings()).isEmpty(); // a program's error
  }

  @Test
  void otherEvents_areNotTold() throws InterruptedException {
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.raise(0, 2, 77, -1);
    FakeNvml.raiseXid(0, 31, -1);
    assertThat(next().xid().code()).isEqualTo(31);
  }

  @Test
  void xidOfAMigInstance_namesIt() throws InterruptedException {
    FakeNvml.set(0, Value.MIG_MODE, 1);
    FakeNvml.set(0, Value.MIG_DEVICES, 2);
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.raiseXid(0, 94, 9);
    DeviceUuid second = DeviceUuid.parse("MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd0001");
    assertThat(next()).isEqualTo(new XidEvent(uuid(0), Optional.of(second), Xid.of(94), NOW));
    DeviceUuid first = DeviceUuid.parse("MIG-b0b1b2b3-b4b5-b6b7-b8b9-babbbcbd0000");
    assertThat(monitor.verdict(first).findings()).isEmpty();
    assertThat(monitor.verdict(second).findings()).hasSize(1);
  }

  @Test
  void listeners_shareOneThread_andOneThatThrowsOrLeaves_disturbsNoOther()
      throws InterruptedException {
    BlockingQueue<XidEvent> left = new LinkedBlockingQueue<>();
    Watch bad =
        monitor.watch(
            e -> {
              throw new ExpectedException();
            });
    Watch worse =
        monitor.watch(
            e -> {
              throw new AssertionError("expected");
            });
    Watch leaving = monitor.watch(left::add);
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    assertThat(threads()).isEqualTo(1);
    FakeNvml.raiseXid(0, 31, -1);
    assertThat(next().xid().code()).isEqualTo(31);
    assertThat(left).hasSize(1);
    leaving.close();
    bad.close();
    worse.close();
    FakeNvml.raiseXid(0, 43, -1);
    assertThat(next().xid().code()).isEqualTo(43);
    assertThat(left).hasSize(1);
  }

  private static final class ExpectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public void printStackTrace() {}
  }

  @Test
  void lostGpu_isToldOnce_theOthersAreWatchedOn_andWaitsThatFailDoNotSpin()
      throws InterruptedException {
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.set(1, Value.LOST, 1);
    XidEvent event = next();
    assertThat(event.uuid()).isEqualTo(uuid(1));
    assertThat(event.xid().code()).isEqualTo(79);
    awaitWatched(0b01);
    FakeNvml.raiseXid(0, 31, -1);
    assertThat(next().xid().code()).isEqualTo(31);
    assertThat(FakeNvml.failedWaits()).isEqualTo(1);
    FakeNvml.set(1, Value.LOST, 0); // it was reset
    awaitWatched(BOTH);
    FakeNvml.set(1, Value.LOST, 1);
    assertThat(next().xid().code()).isEqualTo(79);
    assertThat(monitor.verdict(uuid(1)).worst())
        .hasValueSatisfying(f -> assertThat(f.cause()).isEqualTo(Cause.GPU_LOST));
  }

  @Test
  void lossThatTheDriverReportsItself_isNotToldTwice() throws InterruptedException {
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.raiseXid(1, 79, -1);
    assertThat(next().xid().code()).isEqualTo(79);
    FakeNvml.set(1, Value.LOST, 1);
    awaitWatched(0b01);
    FakeNvml.raiseXid(0, 31, -1);
    assertThat(next().xid().code()).isEqualTo(31);
  }

  @Test
  void waitsThatFail_areMadeAnewAfterAPause() throws InterruptedException {
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.failWaits(999);
    await().until(() -> FakeNvml.failedWaits() >= 3);
    FakeNvml.failWaits(0);
    awaitWatched(BOTH);
    FakeNvml.raiseXid(1, 62, -1);
    assertThat(next().xid().code()).isEqualTo(62);
  }

  @Test
  void waitThatFails_isFollowedByAPause_whichTheEndCutsShort() {
    monitor.close();
    monitor = open(new XidWatcher.Pace(20, 3_600_000, 3_600_000, 100));
    monitor.watch(heard::add);
    awaitWatched(BOTH);
    FakeNvml.failWaits(999);
    await().until(() -> FakeNvml.failedWaits() > 0);
    monitor.close();
    assertThat(FakeNvml.failedWaits()).isEqualTo(1);
  }

  @Test
  void gpuWithoutEvents_isPassedOver() throws InterruptedException {
    FakeNvml.set(0, Value.EVENTS, -3);
    monitor.watch(heard::add);
    awaitWatched(0b10);
    FakeNvml.raiseXid(1, 13, -1);
    assertThat(next().uuid()).isEqualTo(uuid(1));
  }

  @Test
  void monitorThatIsClosed_endsItsWatch_whileAnotherGoesOn() throws InterruptedException {
    BlockingQueue<XidEvent> other = new LinkedBlockingQueue<>();
    try (HealthMonitor second = open(new XidWatcher.Pace(20, 10, 50, 100))) {
      monitor.watch(heard::add);
      second.watch(other::add);
      await().until(() -> FakeNvml.eventSets() == 2 && FakeNvml.watched() == BOTH);
      monitor.close();
      assertThat(FakeNvml.eventSets()).isEqualTo(1);
      awaitWatched(BOTH);
      FakeNvml.raiseXid(0, 8, -1);
      assertThat(other.poll(20, TimeUnit.SECONDS)).isNotNull();
      assertThat(heard).isEmpty();
    }
  }
}

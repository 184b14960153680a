package dev.windlass.cuda.health;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.HealthMonitor.Watch;
import dev.windlass.cuda.health.NvmlEvents.DeviceEvent;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The Xids that were heard of, and who wants to hear of the next ones. */
final class XidLog {
  private static final int KEPT = 1000;

  private final Nvml nvml;
  private final Roster roster;
  private final DeviceHealthReader reader;
  private final Clock clock;
  private final XidWatcher.Pace pace;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Deque<XidEvent> events = new ArrayDeque<>();
  private @Nullable XidWatcher watcher;

  XidLog(Nvml nvml, Roster roster, DeviceHealthReader reader, Clock clock, XidWatcher.Pace pace) {
    this.nvml = nvml;
    this.roster = roster;
    this.reader = reader;
    this.clock = clock;
    this.pace = pace;
  }

  /** One of its own for each watch: the same listener may watch twice. */
  private record Listener(Consumer<XidEvent> to, Object identity) {}

  /** Starts the thread with the first watch. It stays for the next. */
  synchronized Watch watch(Consumer<XidEvent> to) {
    Listener listener = new Listener(to, new Object());
    listeners.add(listener);
    if (watcher == null) {
      watcher = new XidWatcher(nvml, roster::read, this::heard, pace);
    }
    return () -> listeners.remove(listener);
  }

  List<XidEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  private void heard(DeviceEvent raw) {
    Optional<Roster.Gpu> known = roster.ofHandle(raw.device());
    if (known.isEmpty()) {
      return;
    }
    Roster.Gpu gpu = known.get();
    XidEvent event =
        new XidEvent(gpu.uuid(), instance(gpu, raw), Xid.of((int) raw.data()), clock.instant());
    synchronized (events) {
      if (events.size() == KEPT) {
        events.removeFirst();
      }
      events.addLast(event);
    }
    listeners.forEach(listener -> tell(listener, event));
  }

  private static void tell(Listener listener, XidEvent event) {
    try {
      listener.to().accept(event);
    } catch (RuntimeException | Error e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  private Optional<DeviceUuid> instance(Roster.Gpu gpu, DeviceEvent raw) {
    if (raw.gpuInstance() < 0) {
      return Optional.empty();
    }
    return reader.instances(gpu.handle(), gpu.uuid()).stream()
        .map(DeviceHealth.InstanceHealth::instance)
        .filter(i -> i.gpuInstance() == raw.gpuInstance())
        .filter(i -> raw.computeInstance() < 0 || i.computeInstance() == raw.computeInstance())
        .map(i -> i.uuid())
        .findFirst();
  }

  /** Ends all watches. False if the thread is still at work with NVML. */
  boolean close() {
    XidWatcher running;
    synchronized (this) {
      running = watcher;
      listeners.clear();
    }
    if (running == null) {
      return true;
    }
    running.close();
    return !running.isAlive();
  }
}

package dev.windlass.cuda.health;

import dev.windlass.cuda.health.NvmlEvents.DeviceEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Waits for Xids in a daemon thread of its own.
 *
 * <p>Each wait is short, so that the end of the watch is seen soon: a waiting thread cannot be
 * woken, and NVML must not be shut down while one waits. Where a wait fails, the set of events is
 * made anew with the GPUs that are there then, after a pause that grows: a lost GPU makes every
 * wait fail at once, and would else keep a processor busy. So it is as well, without a failure,
 * once in a while as long as a GPU could not be registered: it may have been under reset.
 *
 * <p>A GPU that is lost cannot report that any more. It is told once, as the Xid of that meaning.
 */
final class XidWatcher implements AutoCloseable {
  private static final int FALLEN_OFF_THE_BUS = 79;

  /** How long things take; shorter in tests. */
  record Pace(int waitMillis, int firstPauseMillis, int longestPauseMillis, int renewMillis) {
    static final Pace NORMAL = new Pace(500, 1000, 30_000, 30_000);
  }

  private final Nvml nvml;
  private final Supplier<List<Roster.Gpu>> gpus;
  private final Consumer<DeviceEvent> listener;
  private final Pace pace;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Set<Long> lost = new HashSet<>();
  private final Thread thread;

  /**
   * Starts the watch.
   *
   * @param nvml initialised, and for longer than this lives
   * @param gpus those that are there, asked for each time they are registered
   * @param listener called in the thread of the watch
   */
  XidWatcher(
      Nvml nvml, Supplier<List<Roster.Gpu>> gpus, Consumer<DeviceEvent> listener, Pace pace) {
    this.nvml = nvml;
    this.gpus = gpus;
    this.listener = listener;
    this.pace = pace;
    thread = new Thread(this::run, "windlass-xid");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    int pause = pace.firstPauseMillis;
    while (!closed(0)) {
      long begin = System.nanoTime();
      try {
        watch();
      } catch (RuntimeException e) { // of NVML, or of who is there
        boolean wentWell =
            System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(pace.longestPauseMillis);
        pause = wentWell ? pace.firstPauseMillis : pause;
        if (closed(pause)) {
          return;
        }
        pause = Math.min(2 * pause, pace.longestPauseMillis);
      }
    }
  }

  /** Watches with one set of events, until it is to be made anew. */
  private void watch() {
    long set = nvml.createEventSet();
    try {
      boolean all = true;
      for (Roster.Gpu gpu : gpus.get()) {
        all &= register(gpu.handle(), set);
      }
      long begin = System.nanoTime();
      long renew = TimeUnit.MILLISECONDS.toNanos(pace.renewMillis);
      while (!closed(0) && (all || System.nanoTime() - begin < renew)) {
        Optional<DeviceEvent> event = nvml.waitForEvent(set, pace.waitMillis);
        event.filter(e -> e.kind() == NvmlEvents.XID).ifPresent(this::tell);
      }
    } finally {
      nvml.freeEventSet(set);
    }
  }

  /** Registers a GPU; false if that may succeed later. */
  private boolean register(long gpu, long set) {
    try {
      if ((nvml.supportedEvents(gpu) & NvmlEvents.XID) != 0) {
        nvml.registerEvents(gpu, NvmlEvents.XID, set);
      }
      lost.remove(gpu);
      return true;
    } catch (NvmlException e) {
      if (e.code() == NvmlException.GPU_IS_LOST && !lost.contains(gpu)) {
        tell(new DeviceEvent(gpu, NvmlEvents.XID, FALLEN_OFF_THE_BUS, -1, -1));
      }
      return e.code() == NvmlException.NOT_SUPPORTED;
    }
  }

  private void tell(DeviceEvent event) {
    if (event.data() == FALLEN_OFF_THE_BUS) {
      lost.add(event.device());
    }
    listener.accept(event);
  }

  /** Waits so long for the end of the watch. */
  private boolean closed(int millis) {
    try {
      return closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true; // nobody but the end of the process interrupts this thread
    }
  }

  /** Whether a thread is still at work with NVML. */
  boolean isAlive() {
    return thread.isAlive();
  }

  /** Ends the watch. Returns when nothing is told any more, unless a listener calls this. */
  @Override
  public void close() {
    closing.countDown();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10) + pace.waitMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

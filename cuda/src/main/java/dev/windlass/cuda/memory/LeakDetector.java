package dev.windlass.cuda.memory;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what was made, not closed, and lost: reports it with the place where it was made, and frees
 * it.
 *
 * <p>A tracked resource has a phantom reference, and the reference is all that is allocated for it.
 * References live in lists that run through themselves, in {@value #STRIPES} stripes with a lock
 * each, so that threads seldom meet. {@link Tracked#closed()} takes the reference out of its list;
 * whoever takes it out is the one who frees. That decides between a {@code close()} that still runs
 * and the garbage collector, which may count an object as lost while its last method runs.
 *
 * <p>A leak in a loop would fill the log, so each place is logged at its 1st, 2nd, 4th, 8th ...
 * leak. The garbage collector decides when a leak is found; one that is never collected is in the
 * summary at {@link #close()}. Safe for use by many threads.
 */
public final class LeakDetector implements AutoCloseable {
  /**
   * The system property that sets how much is tracked: {@code off}, {@code sampled}, {@code all}.
   */
  public static final String PROPERTY = "windlass.cuda.leaks";

  private static final Logger LOG = LoggerFactory.getLogger(LeakDetector.class);
  private static final int STRIPES = 16;
  private static final Tracked UNTRACKED = () -> true;

  private final Tracking tracking;
  private final Consumer<Leak> listener;
  private final ReferenceQueue<Object> lost = new ReferenceQueue<>();
  private final Watched.Stripe[] stripes = new Watched.Stripe[STRIPES];
  private final Map<Made, Long> found = new HashMap<>();
  private final @Nullable Thread thread;
  private volatile boolean closed;

  /** As the system property {@value #PROPERTY} says; {@link Tracking#SAMPLED} without it. */
  public LeakDetector() {
    this(Tracking.parse("system property " + PROPERTY, System.getProperty(PROPERTY, "sampled")));
  }

  /** With so much tracking. With {@link Tracking#OFF} nothing is found and nothing freed. */
  public LeakDetector(Tracking tracking) {
    this(tracking, leak -> {});
  }

  /**
   * With so much tracking, and someone who is told of each leak.
   *
   * @param listener called on the detector's thread after the resource was freed
   */
  public LeakDetector(Tracking tracking, Consumer<Leak> listener) {
    this.tracking = tracking;
    this.listener = listener;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Watched.Stripe();
    }
    if (tracking == Tracking.OFF) {
      thread = null;
    } else {
      thread = new Thread(this::watch, "windlass-cuda-leaks");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** A resource that is watched. */
  @FunctionalInterface
  public interface Tracked {
    /**
     * Ends the watch: the resource is being closed.
     *
     * @return whether the caller is to free the resource: false if that was done already, by an
     *     earlier call or by the detector
     */
    boolean closed();
  }

  /**
   * A resource that was lost unclosed.
   *
   * @param what what it was
   * @param place the calls that led to where it was made, the nearest first; empty if they were not
   *     recorded
   */
  public record Leak(String what, List<String> place) {}

  /**
   * Resources made at one place.
   *
   * @param what what they are
   * @param place where they were made, the nearest call first; empty if that was not recorded
   * @param lost how many became unreachable unclosed, and were freed
   * @param open how many are not closed yet
   */
  public record Group(String what, List<String> place, long lost, long open) {}

  /**
   * Watches a resource.
   *
   * @param resource what is to be closed; not held by this
   * @param what what it is, in a word: a constant, so that the same are counted together
   * @param freeSafely frees what is behind it if it is lost: called on the detector's thread, once,
   *     and never after {@link Tracked#closed()} returned true. Must not refer to the resource
   */
  public Tracked track(Object resource, String what, Runnable freeSafely) {
    return track(resource, what, 0, freeSafely);
  }

  /**
   * Watches something that has device memory.
   *
   * @param resource what is to be closed; not held by this
   * @param what as in {@link #track(Object, String, Runnable)}
   * @param bytes how much memory: where much of it is made is always recorded, unless nothing is
   * @param freeSafely as there
   */
  public Tracked track(Object resource, String what, long bytes, Runnable freeSafely) {
    if (tracking == Tracking.OFF || closed) {
      return UNTRACKED;
    }
    Place place = Place.of(tracking, bytes);
    Watched.Stripe stripe = stripes[(int) (Thread.currentThread().getId() & (STRIPES - 1))];
    Watched watched = new Watched(resource, lost, stripe, what, place, freeSafely);
    stripe.add(watched);
    return watched;
  }

  /** What is lost or open now, the most first. */
  public List<Group> summary() {
    Map<Made, long[]> counts = new LinkedHashMap<>();
    synchronized (found) {
      found.forEach((made, n) -> counts.computeIfAbsent(made, m -> new long[2])[0] += n);
    }
    for (Watched.Stripe stripe : stripes) {
      for (Watched w : stripe.all()) {
        counts.computeIfAbsent(new Made(w), m -> new long[2])[1]++;
      }
    }
    return counts.entrySet().stream()
        .map(e -> new Group(e.getKey().what, e.getKey().place, e.getValue()[0], e.getValue()[1]))
        .sorted(Comparator.comparingLong((Group g) -> g.lost + g.open).reversed())
        .toList();
  }

  /**
   * Ends the watch and logs a summary of what was lost or is still open. What is open is left as it
   * is. Waits for a resource that is being freed.
   */
  @Override
  public void close() {
    Thread watcher = thread;
    if (watcher == null || closed) {
      return;
    }
    closed = true;
    watcher.interrupt();
    if (Thread.currentThread() != watcher) {
      boolean interrupted = false;
      while (watcher.isAlive()) {
        try {
          watcher.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    List<Group> groups = summary();
    if (!groups.isEmpty()) {
      LOG.warn("Resources of the GPU were not closed:{}", text(groups));
    }
  }

  private static String text(List<Group> groups) {
    StringBuilder text = new StringBuilder();
    for (Group g : groups) {
      text.append("\n  ").append(g.what).append(": ");
      text.append(g.lost).append(" lost, ").append(g.open).append(" open, made at");
      text.append(Place.text(g.place, "\n      "));
    }
    return text.toString();
  }

  private void watch() {
    while (!closed) {
      try {
        free(lost.remove());
      } catch (InterruptedException e) {
        // Closed, or someone interrupts what is not theirs: the loop's condition tells which.
      }
    }
    for (Reference<?> last = lost.poll(); last != null; last = lost.poll()) {
      free(last);
    }
  }

  private void free(Reference<?> reference) {
    if (!(reference instanceof Watched watched) || !watched.closed()) {
      return;
    }
    Made made = new Made(watched);
    try {
      watched.free();
    } catch (RuntimeException e) {
      LOG.warn("A lost {} could not be freed", made.what, e);
    }
    long count;
    synchronized (found) {
      count = found.merge(made, 1L, Long::sum);
    }
    if (Long.bitCount(count) == 1) {
      LOG.warn(
          "{} was not closed and is lost ({} so far from this place). It was made at{}{}",
          made.what,
          count,
          Place.text(made.place, "\n    "),
          made.place.isEmpty() ? ". Set -D" + PROPERTY + "=all to see the place" : "");
    }
    try {
      listener.accept(new Leak(made.what, made.place));
    } catch (RuntimeException e) {
      LOG.warn("A listener for leaks failed", e);
    }
  }

  private record Made(String what, List<String> place) {
    Made(Watched watched) {
      this(watched.what(), watched.place());
    }
  }
}

package dev.windlass.core.local;

import dev.windlass.core.backend.EventLog;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one backend: one looks at the folders of all followed jobs, {@value #LOOK_MILLIS}
 * milliseconds after the last time, and others, as needed, tell listeners. None keeps a JVM alive.
 */
final class Following implements AutoCloseable {
  private static final int LOOK_MILLIS = 50;

  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(named("windlass-local-follow"));

  /** As many threads as listeners are being told something: a slow one holds up nobody else. */
  private final Executor telling =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          named("windlass-local-events"));

  private final Set<JobFollower> followers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  EventLog newLog() {
    return new EventLog(telling);
  }

  void add(JobFollower follower) {
    followers.add(follower);
    schedule(follower, 0);
  }

  private void schedule(JobFollower follower, int millis) {
    try {
      var unused = looking.schedule(() -> look(follower), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      follower.abandon();
    }
  }

  private void look(JobFollower follower) {
    switch (follower.look()) {
      case END -> followers.remove(follower);
      case MORE -> schedule(follower, 0);
      case ALL -> schedule(follower, LOOK_MILLIS);
    }
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    looking.shutdownNow();
    try {
      boolean unused = looking.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    followers.forEach(JobFollower::abandon);
    followers.clear();
  }
}

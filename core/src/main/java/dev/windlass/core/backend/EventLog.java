package dev.windlass.core.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that happened to one job, in order, for listeners that come at any time: what a backend
 * writes its events into. Each listener has a place in the list and is served by one thread at a
 * time, so a slow one holds up nobody else. Safe for use by several threads.
 *
 * <p>Keeps the rule that a final phase is never left: once a final status is in the list, every
 * later event is dropped.
 */
public final class EventLog {
  private static final Logger log = LoggerFactory.getLogger(EventLog.class);

  /** Progress beyond this many reports is thinned out: only every second one is kept. */
  private static final int MAX_PROGRESS = 10_000;

  private final Executor executor;
  private final List<JobEvent> events = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final CompletableFuture<JobStatus> completion = new CompletableFuture<>();
  private int progressCount;
  private Optional<JobStatus> latest = Optional.empty();

  /**
   * An empty list.
   *
   * @param executor runs the listeners, on other threads than its caller's
   */
  public EventLog(Executor executor) {
    this.executor = executor;
  }

  /**
   * Adds an event. A {@link JobEvent.StatusChanged} that repeats the latest status is dropped.
   *
   * @return whether it was added
   */
  public boolean add(JobEvent event) {
    JobStatus ended = null;
    synchronized (this) {
      if (latest.isPresent() && latest.get().phase().isFinal()) {
        return false;
      }
      if (event instanceof JobEvent.StatusChanged change) {
        if (latest.isPresent() && latest.get().equals(change.status())) {
          return false;
        }
        latest = Optional.of(change.status());
        ended = change.status().phase().isFinal() ? change.status() : null;
      } else if (++progressCount > MAX_PROGRESS) {
        thinOut();
      }
      events.add(event);
      readers.forEach(Reader::wake);
    }
    if (ended != null) {
      complete(ended);
    }
    return true;
  }

  /**
   * On a thread for listeners: who acts on the end may wait there for another job of the caller.
   */
  private void complete(JobStatus ended) {
    try {
      executor.execute(() -> completion.complete(ended));
    } catch (RejectedExecutionException e) {
      // The backend is closed: nothing is held up any more.
      completion.complete(ended);
    }
  }

  /**
   * Drops every second progress report, so that a job that reports for ever does not fill memory.
   */
  private void thinOut() {
    boolean keep = false;
    int progress = 0;
    int[] before = new int[events.size() + 1];
    List<JobEvent> kept = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      before[i] = kept.size();
      JobEvent event = events.get(i);
      if (event instanceof JobEvent.Progress) {
        keep = !keep;
        if (keep) {
          kept.add(event);
          progress++;
        }
      } else {
        kept.add(event);
      }
    }
    before[events.size()] = kept.size();
    readers.forEach(r -> r.next = before[r.next]);
    events.clear();
    events.addAll(kept);
    progressCount = progress + 1;
  }

  /** The latest status, if any was added. */
  public synchronized Optional<JobStatus> latest() {
    return latest;
  }

  /** Completes with the final status. */
  public CompletionStage<JobStatus> completion() {
    return completion.minimalCompletionStage();
  }

  /** Tells that no final status will come: unless one has, {@link #completion} ends with this. */
  public void abandon(BackendException why) {
    Optional<JobStatus> ended = latest().filter(s -> s.phase().isFinal());
    if (ended.isPresent()) {
      completion.complete(ended.get());
    } else {
      completion.completeExceptionally(why);
    }
  }

  /** Tells the listener all events from the first on; see {@link JobHandle#events}. */
  public Subscription subscribe(Consumer<? super JobEvent> listener) {
    Reader reader = new Reader(listener);
    synchronized (this) {
      readers.add(reader);
      reader.wake();
    }
    return reader;
  }

  /** One listener's place in the list. Its fields are guarded by the list's lock. */
  private final class Reader implements Subscription, Runnable {
    private final Consumer<? super JobEvent> listener;
    private int next;
    private boolean running;

    Reader(Consumer<? super JobEvent> listener) {
      this.listener = listener;
    }

    void wake() {
      synchronized (EventLog.this) {
        if (!running && next < events.size()) {
          running = true;
          try {
            executor.execute(this);
          } catch (RejectedExecutionException e) {
            // The backend is closed: its listeners are told no more, and nobody else may suffer.
            running = false;
            log.debug("A listener is told no more: the backend is closed");
          }
        }
      }
    }

    @Override
    public void run() {
      while (true) {
        JobEvent event;
        synchronized (EventLog.this) {
          if (!readers.contains(this) || next >= events.size()) {
            running = false;
            return;
          }
          event = events.get(next++);
        }
        try {
          listener.accept(event);
        } catch (RuntimeException e) {
          log.warn("A listener failed on {} and is told no more", event, e);
          close();
        }
      }
    }

    @Override
    public void close() {
      synchronized (EventLog.this) {
        readers.remove(this);
      }
    }
  }
}

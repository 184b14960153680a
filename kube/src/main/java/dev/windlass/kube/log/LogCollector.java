package dev.windlass.kube.log;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.ProgressLine;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the logs of all of a job's pods into one queue: one thread for each replica, which takes
 * the replica's pods one after the other, and one that looks for new replicas.
 */
final class LogCollector {
  private static final Logger log = LoggerFactory.getLogger(LogCollector.class);

  private final LogRequests requests;
  private final String job;
  private final PodSource pods;
  private final LogOptions options;
  private final Consumer<LogLine> everyLine;
  private final Timing timing;
  private final Optional<KeptLog> kept;
  private final LogQueue queue;
  private final Map<String, ContainerFollower> followers = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean stopped;

  /**
   * Ready to start.
   *
   * @param everyLine is told every line, those that are taken out of the plain log included
   * @param onClose called when the reader has closed the log
   * @throws BackendException if the file to keep the lines in cannot be written
   */
  LogCollector(
      LogRequests requests,
      String job,
      PodSource pods,
      LogOptions options,
      Consumer<LogLine> everyLine,
      Timing timing,
      Consumer<LogCollector> onClose) {
    this.requests = requests;
    this.job = job;
    this.pods = pods;
    this.options = options;
    this.everyLine = everyLine;
    this.timing = timing;
    this.kept = options.keepIn().map(KeptLog::new);
    this.queue =
        new LogQueue(
            () -> {
              stop();
              onClose.accept(this);
            });
  }

  LogQueue queue() {
    return queue;
  }

  void start() {
    startThread(this::collect);
  }

  private synchronized Optional<Thread> startThread(Work work) {
    if (stopped) {
      return Optional.empty();
    }
    Thread thread = new Thread(() -> run(work), "windlass-log-" + job);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return Optional.of(thread);
  }

  /** Ends the log here, for this reason. */
  void fail(BackendException why) {
    queue.fail(why);
    stop();
  }

  private synchronized void stop() {
    stopped = true;
    threads.forEach(Thread::interrupt);
  }

  /** What a thread does. */
  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  private void run(Work work) {
    try {
      work.run();
    } catch (InterruptedException | StoppedException e) {
      queue.finish();
    } catch (BackendException e) {
      fail(e);
    } catch (RuntimeException e) {
      log.error("Reading the log of job {} failed", job, e);
      fail(
          new BackendException(
              "reading the log of job '" + job + "'", e.toString(), "Report this as a fault", e));
    }
  }

  private void collect() throws InterruptedException {
    try {
      if (!options.follow() || options.tail().isPresent()) {
        readNow();
      }
      if (options.follow()) {
        followReplicas();
      }
      queue.finish();
    } finally {
      // Only after all who write into it: an interrupted collector does not wait for them.
      joinAll();
      closeKept();
    }
  }

  private void joinAll() {
    List<Thread> others;
    synchronized (this) {
      others = new ArrayList<>(threads);
    }
    others.remove(Thread.currentThread());
    boolean interrupted = Thread.interrupted();
    for (Thread other : others) {
      try {
        other.join(timing.giveUp().toMillis());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeKept() {
    kept.ifPresent(
        file -> {
          try {
            file.close();
          } catch (IOException e) {
            log.warn("Closing the file that keeps the log of job {} failed", job, e);
          }
        });
  }

  /** Reads what is there: attempts in order, and within one the replicas' lines by time. */
  private void readNow() throws InterruptedException {
    Deque<LogLine> tail = new ArrayDeque<>();
    Consumer<LogLine> out = options.tail().isEmpty() ? this::deliver : line -> keepLast(tail, line);
    Map<Integer, List<JobPod>> attempts =
        jobPods().stream()
            .collect(Collectors.groupingBy(JobPod::attempt, TreeMap::new, Collectors.toList()));
    for (List<JobPod> attempt : attempts.values()) {
      List<LogLine> merged = new ArrayList<>();
      boolean alone = attempt.size() == 1;
      for (JobPod pod : attempt) {
        RedirectableSink sink = new RedirectableSink(alone ? out : merged::add);
        ContainerFollower follower = follower(pod, sink);
        followers.put(pod.uid(), follower);
        follower.readNow(options.follow());
        sink.target = this::deliver;
      }
      merged.sort(Comparator.comparing(LogLine::time));
      merged.forEach(out);
    }
    tail.forEach(this::deliver);
  }

  private void keepLast(Deque<LogLine> tail, LogLine line) {
    tail.add(line);
    if (tail.size() > options.tail().orElse(0)) {
      tail.remove();
    }
  }

  /** First the lines that are there go elsewhere than those that come later. */
  private static final class RedirectableSink implements Consumer<LogLine> {
    private volatile Consumer<LogLine> target;

    RedirectableSink(Consumer<LogLine> target) {
      this.target = target;
    }

    @Override
    public void accept(LogLine line) {
      target.accept(line);
    }
  }

  private void followReplicas() throws InterruptedException {
    Set<Integer> started = new HashSet<>();
    List<Thread> running = new ArrayList<>();
    while (true) {
      boolean finished = pods.finished();
      for (JobPod pod : jobPods()) {
        if (started.add(pod.replica())) {
          startThread(() -> followReplica(pod.replica())).ifPresent(running::add);
        }
      }
      if (finished) {
        break;
      }
      Thread.sleep(timing.poll().toMillis());
    }
    for (Thread thread : running) {
      thread.join();
    }
  }

  private void followReplica(int replica) throws InterruptedException {
    Set<String> read = new HashSet<>();
    while (true) {
      boolean finished = pods.finished();
      Optional<JobPod> next =
          jobPods().stream()
              .filter(p -> p.replica() == replica && !read.contains(p.uid()))
              .findFirst();
      if (next.isPresent()) {
        JobPod pod = next.get();
        read.add(pod.uid());
        followers.computeIfAbsent(pod.uid(), uid -> follower(pod, this::deliver)).follow();
        followers.remove(pod.uid());
      } else if (finished) {
        return;
      } else {
        Thread.sleep(timing.poll().toMillis());
      }
    }
  }

  private ContainerFollower follower(JobPod pod, Consumer<LogLine> out) {
    return new ContainerFollower(
        requests, pod, () -> view(pod), options.since(), timing, line -> filter(line, out));
  }

  private ContainerFollower.PodView view(JobPod pod) {
    boolean over = pods.finished();
    JobPod.State state = pod.state();
    for (JobPod other : jobPods()) {
      if (other.uid().equals(pod.uid())) {
        state = other.state();
      } else {
        over |= other.replica() == pod.replica() && JobPod.ORDER.compare(other, pod) > 0;
      }
    }
    return new ContainerFollower.PodView(state, over);
  }

  private List<JobPod> jobPods() {
    List<Pod> known = pods.pods();
    return known.stream().map(JobPod::of).sorted(JobPod.ORDER).collect(Collectors.toList());
  }

  /** Progress reports are for programs: they are not part of the plain log. */
  private void filter(LogLine line, Consumer<LogLine> out) {
    everyLine.accept(line);
    if (ProgressLine.parse(line).isEmpty()) {
      out.accept(line);
    }
  }

  private void deliver(LogLine line) {
    kept.ifPresent(file -> file.add(line));
    queue.put(line);
  }
}

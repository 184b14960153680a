package dev.windlass.kube.log;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.LogOptions;
import dev.windlass.core.backend.LogStream;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Opens the logs of jobs. Safe for use by several threads. Each open log has daemon threads of its
 * own, named {@code windlass-log-} and the job's name, one more than the job has replicas.
 */
public final class JobLogs implements AutoCloseable {
  private final KubernetesClient client;
  private final Timing timing;
  private final Set<LogCollector> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Opens logs through that client.
   *
   * @param client stays the caller's to close
   */
  public JobLogs(KubernetesClient client) {
    this(client, Timing.DEFAULT);
  }

  JobLogs(KubernetesClient client, Timing timing) {
    this.client = client;
    this.timing = timing;
  }

  /**
   * Opens the log of a job, without the lines that are progress reports.
   *
   * @param namespace the job's namespace
   * @param job the job's name
   * @param pods the job's pods
   * @param options which part of the log
   * @return the log; it ends when all pods of the finished job are read to the end, or, if it is
   *     not followed, when what is there now is read
   * @throws BackendException if the file to keep the lines in cannot be written, or this is closed
   */
  public LogStream open(String namespace, String job, PodSource pods, LogOptions options) {
    return open(namespace, job, pods, options, line -> {});
  }

  /**
   * The same, and tells of every line.
   *
   * @param everyLine is told every line that is read, progress reports included and before {@code
   *     tail} is applied, on the threads that read: it must not wait for anything. It goes on being
   *     told only as long as someone takes the lines from the returned log
   */
  public LogStream open(
      String namespace,
      String job,
      PodSource pods,
      LogOptions options,
      Consumer<LogLine> everyLine) {
    if (closed) {
      throw isClosed();
    }
    LogCollector collector =
        new LogCollector(
            new LogRequests(client, namespace),
            job,
            pods,
            options,
            everyLine,
            timing,
            open::remove);
    open.add(collector);
    collector.start();
    if (closed) {
      close();
    }
    return collector.queue();
  }

  /** Ends all open logs with an exception, since nobody knows what would still have come. */
  @Override
  public void close() {
    closed = true;
    List.copyOf(open).forEach(c -> c.fail(isClosed()));
    open.clear();
  }

  private static BackendException isClosed() {
    return new BackendException(
        "reading the log of a job", "the backend is closed", "Make a new one and ask again");
  }
}

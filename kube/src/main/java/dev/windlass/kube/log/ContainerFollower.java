package dev.windlass.kube.log;

import dev.windlass.core.backend.BackendException;
import dev.windlass.core.backend.LogLine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one container's log over as many requests as it takes. The end of an answer is never taken
 * for the end of the log: that is reached when an answer to a request that was sent after the
 * container had ended is complete. For use by one thread at a time.
 */
final class ContainerFollower {
  private static final Logger log = LoggerFactory.getLogger(ContainerFollower.class);

  /** How one request went. */
  private enum Outcome {
    COMPLETE,
    SILENT,
    BROKEN,
    REFUSED,
    DENIED,
    NOT_STARTED,
    GONE
  }

  private final LogRequests requests;
  private final JobPod pod;
  private final Supplier<PodView> view;
  private final Timing timing;
  private final LogAssembler lines;
  private String trouble = "";
  private @Nullable Throwable troubleCause;
  private String remedy = "";
  private boolean done;
  private boolean progressed;

  /**
   * What is known of the pod now.
   *
   * @param state what became of its container
   * @param over whether nothing more will be heard of the pod: the job is final, or there is a
   *     later pod in its place
   */
  record PodView(JobPod.State state, boolean over) {
    boolean ended() {
      return state == JobPod.State.ENDED || over;
    }
  }

  ContainerFollower(
      LogRequests requests,
      JobPod pod,
      Supplier<PodView> view,
      Optional<Instant> since,
      Timing timing,
      Consumer<LogLine> out) {
    this.requests = requests;
    this.pod = pod;
    this.view = view;
    this.timing = timing;
    this.lines =
        new LogAssembler(pod.attempt(), pod.replica(), since, LogAssembler.MAX_LINE_BYTES, out);
  }

  /**
   * Reads what is there now.
   *
   * @param more whether {@link #follow} comes after
   * @throws BackendException if the log cannot be read
   */
  void readNow(boolean more) throws InterruptedException {
    read(false, more);
  }

  /**
   * Reads on until the container has ended and its log is read to the end.
   *
   * @throws BackendException if this user may not read logs
   */
  void follow() throws InterruptedException {
    read(true, false);
  }

  private void read(boolean follow, boolean more) throws InterruptedException {
    Duration pause = timing.firstRetry();
    long troubleSince = 0;
    boolean troubled = false;
    long deniedSince = 0;
    boolean denied = false;
    boolean reachedEnd = false;
    while (!done) {
      PodView now = view.get();
      if (now.state() == JobPod.State.NEVER_RAN) {
        done = true;
        return;
      }
      if (now.state() == JobPod.State.WAITING && !now.over()) {
        if (!follow) {
          return;
        }
        Thread.sleep(timing.poll().toMillis());
        continue;
      }
      progressed = false;
      Outcome outcome = request(follow && !now.ended());
      if (progressed || outcome == Outcome.COMPLETE || outcome == Outcome.SILENT) {
        troubled = false;
        pause = timing.firstRetry();
      } else if (!troubled) {
        troubled = true;
        troubleSince = System.nanoTime();
      }
      if (outcome == Outcome.DENIED && !denied) {
        deniedSince = System.nanoTime();
      }
      denied = outcome == Outcome.DENIED;
      switch (outcome) {
        case COMPLETE -> {
          if (now.ended() || !follow) {
            if (more && !now.ended()) {
              lines.interrupt();
            } else {
              lines.finish();
              done = now.ended();
            }
            return;
          }
          reachedEnd = true;
          lines.interrupt();
          Thread.sleep(timing.poll().toMillis());
        }
        case GONE -> {
          if (!(reachedEnd && view.get().state() == JobPod.State.ENDED)) {
            lines.note(
                "Pod "
                    + pod.name()
                    + " is gone and its log with it: what "
                    + lines.after()
                    + " may be missing");
          }
          done = true;
          return;
        }
        case NOT_STARTED -> {
          if (!follow || (now.ended() && since(troubleSince).compareTo(timing.endGrace()) > 0)) {
            return;
          }
          Thread.sleep(timing.poll().toMillis());
        }
        case SILENT -> lines.interrupt();
        case DENIED -> {
          lines.interrupt();
          if (since(deniedSince).compareTo(timing.denied()) > 0) {
            throw new BackendException(doing(), trouble, remedy);
          }
          Thread.sleep(timing.poll().toMillis());
        }
        case BROKEN, REFUSED -> {
          lines.interrupt();
          reachedEnd = false;
          if (now.ended() || !follow) {
            giveUpAfter(since(troubleSince), outcome, follow);
          }
          log.debug("Reading the log of pod {} again in {}: {}", pod.name(), pause, trouble);
          if (!done) {
            Thread.sleep(pause.toMillis());
          }
          Duration doubled = pause.multipliedBy(2);
          pause = doubled.compareTo(timing.longestRetry()) < 0 ? doubled : timing.longestRetry();
        }
      }
    }
  }

  private void giveUpAfter(Duration troubled, Outcome outcome, boolean follow) {
    boolean unreachable = outcome == Outcome.BROKEN;
    Duration limit = unreachable && follow ? timing.giveUpUnreachable() : timing.giveUp();
    if (troubled.compareTo(limit) < 0) {
      return;
    }
    if (unreachable && !follow) {
      throw new BackendException(
          doing(), trouble, "Check that the cluster can be reached, and ask again", troubleCause);
    }
    lines.note(
        "The log of pod "
            + pod.name()
            + " cannot be read ("
            + trouble
            + "): what "
            + lines.after()
            + " may be missing");
    done = true;
  }

  /** Sends one request and reads its answer to the end, as far as it comes. */
  private Outcome request(boolean follow) throws InterruptedException {
    Optional<Instant> from = lines.begin();
    try (LogConnection connection = requests.open(pod.name(), follow, from, timing.silence())) {
      long lastData = System.nanoTime();
      while (true) {
        Optional<LogConnection.Event> event = connection.next(timing.poll());
        if (event.isEmpty()) {
          Duration quiet = since(lastData);
          if (follow && quiet.compareTo(timing.endGrace()) > 0 && view.get().ended()) {
            return Outcome.SILENT;
          }
          if (quiet.compareTo(timing.silence()) > 0) {
            trouble = "nothing came for " + timing.silence().toSeconds() + " s";
            return follow ? Outcome.SILENT : Outcome.BROKEN;
          }
        } else if (event.get() instanceof LogConnection.Data data) {
          for (ByteBuffer bytes : data.bytes()) {
            lines.feed(bytes);
          }
          progressed = true;
          lastData = System.nanoTime();
        } else {
          return ended(event.get(), follow);
        }
      }
    } catch (RuntimeException e) {
      if (e instanceof BackendException || e instanceof StoppedException) {
        throw e;
      }
      trouble = String.valueOf(e.getMessage());
      troubleCause = e;
      return Outcome.BROKEN;
    }
  }

  private Outcome ended(LogConnection.Event event, boolean follow) {
    if (event instanceof LogConnection.Broken broken) {
      trouble = broken.cause().toString();
      troubleCause = broken.cause();
      return broken.silent() && follow ? Outcome.SILENT : Outcome.BROKEN;
    }
    if (event instanceof LogConnection.Refused refused) {
      return refused(refused.status(), ErrorText.of(refused.body()));
    }
    if (lines.refusal().isPresent()) {
      trouble = lines.refusal().get();
      progressed = false;
      return Outcome.REFUSED;
    }
    return Outcome.COMPLETE;
  }

  private Outcome refused(int status, String message) {
    trouble = "HTTP " + status + (message.isEmpty() ? "" : ": " + message);
    troubleCause = null;
    return switch (status) {
      case 400 -> Outcome.NOT_STARTED;
      case 404 -> Outcome.GONE;
      case 401, 403 -> {
        remedy =
            status == 401
                ? "The login is not valid any more: renew the kubeconfig's credentials"
                : "Ask for a Role with the verb get on pods/log in this namespace";
        yield Outcome.DENIED;
      }
      default -> Outcome.REFUSED;
    };
  }

  private String doing() {
    return "reading the log of pod '" + pod.name() + "'";
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}

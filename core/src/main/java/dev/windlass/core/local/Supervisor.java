package dev.windlass.core.local;

import dev.windlass.core.backend.Attempt;
import dev.windlass.core.backend.JobStatus;
import dev.windlass.core.backend.Phase;
import dev.windlass.core.backend.Reason;
import dev.windlass.core.job.GpuJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The main program of the process that runs one job: takes GPUs, runs the attempts, writes down
 * what happens. One that finds a running attempt, because the supervisor before it was killed, goes
 * on from there. All that it knows is in the job's folder, so it can be killed at any time.
 */
final class Supervisor {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final JobFolder folder;
  private final Submission submission;
  private final LocalHome home;
  private final GpuLeases leases;
  private final JobRecord record;
  private List<Integer> gpus = List.of();
  private OptionalLong deadline = OptionalLong.empty();
  private long nextLookAtFolder = System.nanoTime();

  private Supervisor(JobFolder folder, JobStatus status) throws IOException {
    this.folder = folder;
    this.submission = folder.submission();
    this.record = new JobRecord(folder, submission, status);
    this.home = new LocalHome(folder.path().resolve("../.."));
    this.leases = new GpuLeases(home, Optional.of(submission.id()));
  }

  /**
   * Runs a job to its end.
   *
   * @param args the job's folder
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    JobFolder folder = new JobFolder(Path.of(args[0]));
    try (SupervisorLock lock = folder.supervisorLock()) {
      // Whoever only looks whether it is held has it for an instant, so one try is not enough.
      for (int i = 0; i < 50; i++) {
        if (lock.tryTake()) {
          SupervisorProcess.isUp(folder);
          Optional<JobStatus> status = folder.latest();
          if (status.isPresent() && !status.get().phase().isFinal()) {
            new Supervisor(folder, status.get()).run();
          }
          return;
        }
        Thread.sleep(20);
      }
    }
  }

  private void run() throws IOException, InterruptedException {
    try {
      work(folder.job());
    } catch (IOException | RuntimeException e) {
      JobRecord.print("The job cannot be supervised", e);
      ProcessTree tree = new ProcessTree(submission.id(), folder.lastAttempt().leader());
      while (tree.kill(true)) {
        Thread.sleep(20);
      }
      end(
          Phase.FAILED,
          Reason.OTHER,
          "the supervisor failed: " + e.getMessage(),
          "Read " + folder.path().resolve("supervisor.log"),
          record.status().attempts());
    }
  }

  private void work(GpuJob job) throws IOException, InterruptedException {
    job.deadline().ifPresent(d -> deadline = OptionalLong.of(System.nanoTime() + left(d)));
    List<Attempt> ended = new ArrayList<>(record.status().attempts());
    ended.removeIf(a -> a.finishedAt().isEmpty());
    while (true) {
      AttemptFolder attempt = folder.attempt(ended.size() + 1);
      Optional<AttemptRun> run = Optional.empty();
      if (attempt.exists()) {
        run = AttemptRun.adopt(attempt, submission.id());
      }
      if (run.isEmpty()) {
        Optional<Stop> stop = waitForTurn(backoff(ended.size()));
        if (stop.isPresent()) {
          stopped(stop.get(), job, ended);
          return;
        }
        try {
          run = Optional.of(start(job, attempt));
        } catch (NotRunnableException e) {
          end(Phase.FAILED, e.reason(), String.valueOf(e.getMessage()), e.remedy(), ended);
          return;
        }
      }
      Attempt running = running(attempt, run.get());
      record.become(Phase.RUNNING, Reason.NONE, "", "", with(ended, running));
      AttemptRun.End end = run.get().finish(this::stop, job.terminationGrace());
      record.persist(run.get()::recordLog);
      dropMounts(attempt);
      AttemptEnding why = AttemptEnding.of(end, attempt.fault(), job);
      ended.add(ended(running, attempt, end.exitCode(), why));
      if (end.stopped().isPresent()) {
        stopped(end.stopped().get(), job, ended);
        return;
      }
      if (why.reason() == Reason.NONE) {
        end(Phase.SUCCEEDED, Reason.NONE, "", "", ended);
        return;
      }
      if (ended.size() > job.retries()) {
        end(Phase.FAILED, why.reason(), why.message(), why.remedy(), ended);
        return;
      }
      String message = "attempt " + ended.size() + " failed and is tried again: " + why.message();
      record.become(Phase.PENDING, why.reason(), message, "", ended);
    }
  }

  /** What is left of the deadline. A clock that was set back gives no more than all of it. */
  private long left(Duration whole) {
    Duration gone = Duration.between(submission.submittedAt(), Instant.now());
    return gone.isNegative() ? whole.toNanos() : whole.minus(gone).toNanos();
  }

  /** Nothing before the first attempt, then 0.1, 0.2, 0.4 ... and at most 10 seconds. */
  private static long backoff(int failures) {
    return failures == 0 ? 0 : Math.min(10 * SECOND, (SECOND / 10) << Math.min(failures - 1, 10));
  }

  private Optional<Stop> waitForTurn(long pause) throws InterruptedException {
    long startAt = System.nanoTime() + pause;
    long nextAsk = System.nanoTime();
    long version = -1;
    while (true) {
      Optional<Stop> stop = stop();
      if (stop.isPresent()) {
        return stop;
      }
      boolean turn = submission.gpus() == 0;
      if (!turn) {
        try {
          if (System.nanoTime() - nextAsk >= 0) {
            gpus = leases.ask(folder.name(), submission);
            // The first asks again soon, as those before it may have died; the others rely on it.
            boolean first = leases.place(submission.id()).first();
            nextAsk = System.nanoTime() + (first ? SECOND : 10 * SECOND);
          } else if (version != leases.version()) {
            version = leases.version();
            GpuLeases.Place place = leases.place(submission.id());
            gpus = place.gpus();
            nextAsk = place.first() ? Math.min(nextAsk, System.nanoTime() + SECOND) : nextAsk;
          }
        } catch (IOException e) {
          JobRecord.print("The GPUs cannot be asked for now", e);
          nextAsk = System.nanoTime() + SECOND;
        }
      }
      turn |= !gpus.isEmpty();
      if (turn && System.nanoTime() - startAt >= 0) {
        return Optional.empty();
      }
      if (!turn && record.status().reason() != Reason.WAITING_IN_QUEUE) {
        record.become(
            Phase.QUEUED,
            Reason.WAITING_IN_QUEUE,
            "waits for "
                + submission.gpus()
                + " of the "
                + submission.eligible().size()
                + " GPUs of this machine that will do",
            Reason.WAITING_IN_QUEUE.remedy(),
            record.status().attempts());
      }
      Thread.sleep(20);
    }
  }

  private AttemptRun start(GpuJob job, AttemptFolder attempt)
      throws IOException, NotRunnableException {
    FolderTree.delete(attempt.path());
    attempt.create();
    LocalMounts mounts = LocalMounts.make(job, home, attempt.mounts());
    AttemptCommand.Facts facts = new AttemptCommand.Facts(attempt, gpus, submission.submittedAt());
    Map<String, String> inherited = SupervisorProcess.inherited(System.getenv());
    return AttemptRun.start(
        attempt, submission.id(), AttemptCommand.of(job, facts, mounts, inherited));
  }

  /** Folders that live as long as the attempt. Should it fail, they go with the job's folder. */
  private static void dropMounts(AttemptFolder attempt) {
    try {
      FolderTree.delete(attempt.mounts());
    } catch (IOException e) {
      JobRecord.print("The folders of an attempt cannot be deleted", e);
    }
  }

  private Attempt running(AttemptFolder attempt, AttemptRun run) throws IOException {
    Optional<Attempt> known =
        record.status().attempts().stream().filter(a -> a.number() == attempt.number()).findFirst();
    return known.isPresent()
        ? known.get()
        : new Attempt(
            attempt.number(),
            0,
            Optional.of(LocalMachine.name()),
            Optional.of(run.pid()),
            Optional.of(Instant.now()),
            Optional.empty(),
            OptionalInt.empty(),
            Reason.NONE,
            "");
  }

  private static Attempt ended(
      Attempt running, AttemptFolder attempt, OptionalInt exitCode, AttemptEnding ending) {
    Instant finished = JobRecord.later(Instant.now(), running.startedAt());
    try {
      finished = JobRecord.later(attempt.exitedAt(), running.startedAt());
    } catch (IOException e) {
      // It was never written: the program was killed with the shell around it.
    }
    return new Attempt(
        running.number(),
        running.replica(),
        running.node(),
        running.pod(),
        running.startedAt(),
        Optional.of(finished),
        exitCode,
        ending.reason(),
        ending.message());
  }

  private Optional<Stop> stop() {
    if (Files.exists(folder.cancelFile())) {
      return Optional.of(Stop.CANCEL);
    }
    if (deadline.isPresent() && System.nanoTime() - deadline.getAsLong() >= 0) {
      return Optional.of(Stop.DEADLINE);
    }
    if (System.nanoTime() - nextLookAtFolder >= 0) {
      nextLookAtFolder = System.nanoTime() + SECOND;
      if (!folder.isOf(submission.id())) {
        return Optional.of(Stop.FOLDER_GONE);
      }
    }
    return Optional.empty();
  }

  private void stopped(Stop why, GpuJob job, List<Attempt> attempts) throws InterruptedException {
    end(why.phase(), why.reason(), why.message(job), why.reason().remedy(), attempts);
  }

  /** The last status. GPUs are given back before: whoever reads it may count on them. */
  private void end(
      Phase phase, Reason reason, String message, String remedy, List<Attempt> attempts)
      throws InterruptedException {
    if (submission.gpus() > 0) {
      record.persist(() -> leases.release(submission.id()));
    }
    record.end(phase, reason, message, remedy, attempts);
  }

  private static List<Attempt> with(List<Attempt> ended, Attempt running) {
    List<Attempt> all = new ArrayList<>(ended);
    all.add(running);
    return all;
  }
}

package dev.windlass.core.local;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt while it runs. The program is started by a small shell in a session of its own that
 * waits for it and writes its exit code into a file, so that the code is not lost if this process
 * is. For one thread.
 */
final class AttemptRun {
  /**
   * Writes down its own number, runs the program and writes down what it ended with. The trap does
   * nothing but keep the shell alive when the whole tree is asked to end; the program itself gets
   * every signal as usual. What the shell says of a killed program is no line of the program's log.
   */
  private static final String SHELL =
      """
      trap : HUP INT TERM
      windlass_process=$1
      windlass_exit=$2
      shift 2
      windlass_stat=
      if [ -r /proc/$$/stat ]; then IFS= read -r windlass_stat < /proc/$$/stat; fi
      echo "$$ $windlass_stat" > "$windlass_process" || exit 125
      exec 3>&2 2>/dev/null
      (exec "$@" 2>&3 3>&-)
      windlass_code=$?
      echo $windlass_code > "$windlass_exit"
      exit $windlass_code
      """;

  private static final Logger log = LoggerFactory.getLogger(AttemptRun.class);

  /** A program that has written nothing for a second is looked at less often. */
  private static final Duration LOOK_IF_QUIET = Duration.ofMillis(50);

  private static final int ROUNDS_UNTIL_QUIET = 50;

  private static final Duration LOOK = Duration.ofMillis(20);

  /** Rounds that the shell gets to write down the exit code when all else is killed. */
  private static final int ROUNDS_FOR_LEADER = 50;

  private final AttemptFolder folder;
  private final String mark;
  private final @Nullable Process process;
  private Optional<ProcessTree.Leader> leader = Optional.empty();
  private @Nullable LogRecorder recorder;
  private int quiet;

  private AttemptRun(AttemptFolder folder, String mark, @Nullable Process process) {
    this.folder = folder;
    this.mark = mark;
    this.process = process;
  }

  /** Starts the program. */
  static AttemptRun start(AttemptFolder folder, String mark, AttemptCommand command)
      throws IOException {
    List<String> words = new ArrayList<>(SupervisorProcess.newSession());
    words.addAll(
        List.of(
            "/bin/sh",
            "-c",
            SHELL,
            "windlass",
            folder.processFile().toString(),
            folder.exitFile().toString()));
    words.addAll(command.words());
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.directory(command.directory().toFile());
    builder.environment().clear();
    builder.environment().putAll(command.environment());
    builder.environment().put(ProcessTree.MARK, mark);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(Redirect.appendTo(folder.stdout().toFile()));
    builder.redirectError(Redirect.appendTo(folder.stderr().toFile()));
    return new AttemptRun(folder, mark, builder.start());
  }

  /** An attempt that another supervisor started; empty if its program never was. */
  static Optional<AttemptRun> adopt(AttemptFolder folder, String mark)
      throws IOException, InterruptedException {
    AttemptRun run = new AttemptRun(folder, mark, null);
    // The shell may be on its way: forked, but its first line not yet written.
    while (folder.leader().isEmpty() && !run.tree().members().isEmpty()) {
      Thread.sleep(LOOK.toMillis());
    }
    return folder.leader().isPresent() ? Optional.of(run) : Optional.empty();
  }

  private ProcessTree tree() throws IOException {
    if (leader.isEmpty()) {
      leader = folder.leader();
    }
    return new ProcessTree(mark, leader);
  }

  /** The number of the shell around the program. */
  String pid() throws IOException {
    return "pid "
        + (process != null ? process.pid() : folder.leader().map(l -> l.pid()).orElse(0L));
  }

  /** Says whether the program is to be stopped, and why. */
  @FunctionalInterface
  interface Wish {
    Optional<Stop> ask() throws IOException;
  }

  /**
   * How it ended.
   *
   * @param exitCode empty if it cannot be known
   * @param stopped why it was stopped, if it was
   */
  record End(OptionalInt exitCode, Optional<Stop> stopped) {}

  /** Waits for the end of the program, or ends it. When this returns, no process is left. */
  End finish(Wish wish, Duration grace) throws IOException, InterruptedException {
    Optional<Stop> stop = Optional.empty();
    while (!hasEnded() && stop.isEmpty()) {
      look();
      stop = wish.ask();
    }
    if (stop.isPresent() && hasEnded()) {
      stop = Optional.empty();
    }
    if (stop.isPresent()) {
      long killAt = System.nanoTime() + grace.toNanos();
      tree().terminate();
      while (System.nanoTime() - killAt < 0 && !tree().members().isEmpty()) {
        look();
      }
    }
    // As in a container, nothing outlives the program.
    for (int round = 0; tree().kill(round > ROUNDS_FOR_LEADER); round++) {
      look();
    }
    return new End(exitCode(), stop);
  }

  private void look() throws InterruptedException {
    quiet++;
    try {
      if (recordLog()) {
        quiet = 0;
      }
    } catch (IOException e) {
      log.debug("The log of {} cannot be kept now", folder, e);
    }
    Thread.sleep((quiet < ROUNDS_UNTIL_QUIET ? LOOK : LOOK_IF_QUIET).toMillis());
  }

  /**
   * Writes down what the program has written by now.
   *
   * @return whether that was anything
   */
  boolean recordLog() throws IOException {
    if (recorder == null) {
      recorder = new LogRecorder(folder);
    }
    return recorder.record();
  }

  private boolean hasEnded() throws IOException {
    ProcessTree tree = tree();
    if (process != null && leader.map(l -> l.pid() == process.pid()).orElse(true)) {
      return !process.isAlive();
    }
    return !tree.isLeaderAlive();
  }

  private OptionalInt exitCode() throws IOException, InterruptedException {
    OptionalInt written = folder.exitCode();
    // The shell ends with the same code, should there be no room to write it down.
    if (written.isEmpty()
        && process != null
        && (leader.isEmpty() || Files.exists(folder.exitFile()))) {
      return OptionalInt.of(process.waitFor());
    }
    return written;
  }
}

package dev.windlass.core.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes of one attempt: the shell around the program, called the leader, and all that came
 * from it. On Linux they are found wherever they went: by the leader's session, and by a variable
 * in their environment. On other systems they are the leader and its descendants; a process whose
 * parent has ended cannot be found there.
 */
final class ProcessTree {
  /** The variable by which a process of a job is known. */
  static final String MARK = "WINDLASS_LOCAL_JOB";

  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isReadable(Path.of("/proc/self/stat"));

  private final String mark;
  private final Optional<Leader> leader;

  /**
   * The tree of a job's attempt.
   *
   * @param mark the job's id, which is the value of {@link #MARK} in its processes
   * @param leader the shell around the program, if it has begun
   */
  ProcessTree(String mark, Optional<Leader> leader) {
    this.mark = mark;
    this.leader = leader;
  }

  /**
   * The shell around the program.
   *
   * @param pid its number
   * @param start when it started, in Linux's clock ticks since boot, which no change of the time
   *     changes; empty elsewhere. Tells it from a later process with the same number
   */
  record Leader(long pid, String start) {
    /** Reads {@code <pid> <line of /proc/pid/stat, or nothing>}. */
    static Optional<Leader> parse(String text) {
      String line = text.trim();
      int space = line.indexOf(' ');
      try {
        return Optional.of(
            space < 0
                ? new Leader(Long.parseLong(line), "")
                : new Leader(
                    Long.parseLong(line.substring(0, space)),
                    Stat.parse(line.substring(space + 1)).map(Stat::start).orElse("")));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    boolean isAlive() {
      if (!LINUX) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
      }
      Optional<Stat> now = Stat.of(PROC.resolve(Long.toString(pid)));
      return now.isPresent()
          && now.get().runs()
          && (start.isEmpty() || start.equals(now.get().start()));
    }
  }

  /** Some of what {@code /proc/PID/stat} says. */
  private record Stat(String state, long session, String start) {
    static Optional<Stat> of(Path process) {
      try {
        return parse(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    /** The second field is the program's name in brackets, and may hold anything. */
    static Optional<Stat> parse(String line) {
      String[] fields = line.substring(line.lastIndexOf(')') + 1).trim().split(" ", -1);
      return fields.length < 20
          ? Optional.empty()
          : Optional.of(new Stat(fields[0], Long.parseLong(fields[3]), fields[19]));
    }

    /** One that has ended and waits only for its parent to notice does not run. */
    boolean runs() {
      return !state.equals("Z") && !state.equals("X");
    }
  }

  boolean isLeaderAlive() {
    return leader.isPresent() && leader.get().isAlive();
  }

  /** Those that run now. */
  List<ProcessHandle> members() {
    List<Long> pids = new ArrayList<>();
    if (LINUX) {
      scan(pids);
    } else if (isLeaderAlive()) {
      ProcessHandle.of(leader.get().pid())
          .ifPresent(
              h -> Stream.concat(Stream.of(h), h.descendants()).forEach(d -> pids.add(d.pid())));
    }
    long self = ProcessHandle.current().pid();
    return pids.stream()
        .filter(pid -> pid != self)
        .map(ProcessHandle::of)
        .flatMap(Optional::stream)
        .toList();
  }

  private void scan(List<Long> pids) {
    // While any process is in a session, its number is given to no new process. So if the leader's
    // number belongs to another process now, nobody is left in its session.
    boolean reused =
        leader.isPresent()
            && !leader.get().isAlive()
            && Stat.of(PROC.resolve(Long.toString(leader.get().pid())))
                .filter(Stat::runs)
                .isPresent();
    long session = leader.isPresent() && !reused ? leader.get().pid() : -1;
    String variable = MARK + "=" + mark + "\0";
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        Optional<Stat> stat = Stat.of(process).filter(Stat::runs);
        if (stat.isPresent()
            && (stat.get().session() == session || environment(process).contains(variable))) {
          pids.add(Long.parseLong(String.valueOf(process.getFileName())));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("The list of processes cannot be read", e);
    }
  }

  private static String environment(Path process) {
    try {
      return "\0" + Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // Another user's, or gone.
      return "";
    }
  }

  /** Asks all but the leader, who waits for them, to end. */
  void terminate() {
    others(members()).forEach(ProcessHandle::destroy);
  }

  /**
   * Kills all.
   *
   * @param leaderToo false to leave the leader time to write down how the program ended
   * @return whether there was anybody to kill
   */
  boolean kill(boolean leaderToo) {
    List<ProcessHandle> members = members();
    (leaderToo ? members : others(members)).forEach(ProcessHandle::destroyForcibly);
    return !members.isEmpty();
  }

  private List<ProcessHandle> others(List<ProcessHandle> members) {
    return members.stream().filter(h -> leader.isEmpty() || h.pid() != leader.get().pid()).toList();
  }
}

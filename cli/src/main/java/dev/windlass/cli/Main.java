package dev.windlass.cli;

import dev.windlass.core.backend.Subscription;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;

/** The program {@code windlass}. */
public final class Main {
  private Main() {}

  /** Runs the command and ends this Java machine with its exit code. */
  public static void main(String[] args) {
    run(Backends::real, args);
  }

  static void run(Backends backends, String... args) {
    Map<String, String> env = System.getenv();
    // Whatever the locale: a job's log is passed on as it was written.
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Screen screen =
        new Screen(out, err, Terminals.shows(1), Terminals.shows(2), Terminals.width(env), env);
    System.setErr(screen.errLines());
    Host host =
        new Host(
            env,
            screen,
            Clock.systemUTC(),
            backends,
            Main::onInterrupt,
            Main::verboseLog,
            DeviceReport::read,
            PodFacts::read);
    int code = new Windlass(host).run(args);
    System.exit(code);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /** On SIGINT the Java machine runs its shutdown hooks and ends with exit code 130. */
  private static Subscription onInterrupt(Runnable action) {
    Thread hook = new Thread(action);
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The end has come already, and the action runs.
      }
    };
  }

  /** Overrides {@code simplelogger.properties}; read when the first logger is made. */
  private static void verboseLog() {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
    System.setProperty("org.slf4j.simpleLogger.log.io.fabric8", "info");
  }
}

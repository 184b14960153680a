package dev.windlass.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What Java does not tell of terminals. */
final class Terminals {
  private static final int USUAL_WIDTH = 80;
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);

  private Terminals() {}

  /** Whether a terminal shows what is written to this file descriptor: 1 or 2. */
  static boolean shows(int descriptor) {
    Path file = Path.of("/proc/self/fd/" + descriptor);
    if (Files.isSymbolicLink(file)) {
      try {
        String target = Files.readSymbolicLink(file).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException e) {
        return false;
      }
    }
    return consoleIsTerminal();
  }

  /** Where there is no {@code /proc}. From Java 22 on there is a console even without terminal. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean consoleIsTerminal() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** The width of the terminal, asked for at most every two seconds. */
  static IntSupplier width(Map<String, String> env) {
    return new IntSupplier() {
      private int width;
      private long askedAt;

      @Override
      public synchronized int getAsInt() {
        if (width == 0 || System.nanoTime() - askedAt > FRESH_NANOS) {
          width = askWidth(env);
          askedAt = System.nanoTime();
        }
        return width;
      }
    };
  }

  private static int askWidth(Map<String, String> env) {
    File terminal = new File("/dev/tty");
    if (terminal.exists()) {
      try {
        Process stty =
            new ProcessBuilder("stty", "size")
                .redirectInput(terminal)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        int width = parseSize(answer);
        if (width > 0) {
          return width;
        }
      } catch (IOException e) {
        // No stty, or no terminal: the environment may know.
      }
    }
    int width = number(env.getOrDefault("COLUMNS", ""));
    return width > 0 ? width : USUAL_WIDTH;
  }

  /** The columns in "rows columns"; 0 if that is not what it says. */
  static int parseSize(String answer) {
    return number(answer.strip().replaceFirst("^[0-9]+ ", ""));
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
  }
}

package dev.windlass.core.context;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at exceptions that nobody catches, and otherwise changes nothing: the handler that was
 * there before has them next, and where there was none they are printed as the JVM prints them.
 */
final class Uncaught {
  private static final List<Consumer<Throwable>> LOOKS = new CopyOnWriteArrayList<>();
  private static Thread.@Nullable UncaughtExceptionHandler before;
  private static boolean installed;

  private Uncaught() {}

  static synchronized void add(Consumer<Throwable> look) {
    LOOKS.add(look);
    if (!installed) {
      installed = true;
      before = Thread.getDefaultUncaughtExceptionHandler();
      Thread.setDefaultUncaughtExceptionHandler(Uncaught::handle);
    }
  }

  private static void handle(Thread thread, Throwable thrown) {
    for (Consumer<Throwable> look : LOOKS) {
      try {
        look.accept(thrown);
      } catch (RuntimeException | Error e) {
        // What was thrown first is what its reader needs.
      }
    }
    Thread.UncaughtExceptionHandler next = before();
    if (next != null) {
      next.uncaughtException(thread, thrown);
    } else {
      System.err.print("Exception in thread \"" + thread.getName() + "\" ");
      thrown.printStackTrace();
    }
  }

  private static synchronized Thread.@Nullable UncaughtExceptionHandler before() {
    return before;
  }
}

package dev.windlass.core.context;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Actions on SIGTERM. A shutdown hook alone would also run when the program ends by itself, so the
 * signal is taken through {@code sun.misc.Signal} (module jdk.unsupported, which every JDK has). It
 * is reached by reflection because javac warns of it whenever it is named. Where the module is
 * missing, a shutdown hook has to do.
 */
final class Termination {
  /** What a JVM that dies of SIGTERM exits with: 128 + 15. */
  private static final int EXIT_CODE = 143;

  private static final List<Runnable> ACTIONS = new CopyOnWriteArrayList<>();
  private static boolean installed;
  private static boolean ran;

  private Termination() {}

  static synchronized void add(Runnable action) {
    ACTIONS.add(action);
    if (!installed) {
      installed = true;
      try {
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Class<?> signal = Class.forName("sun.misc.Signal");
        Object proxy =
            Proxy.newProxyInstance(
                Termination.class.getClassLoader(),
                new Class<?>[] {handler},
                (self, method, args) -> {
                  if (method.getName().equals("handle") && runAll()) {
                    Runtime.getRuntime().exit(EXIT_CODE);
                  }
                  return null;
                });
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), proxy);
      } catch (ReflectiveOperationException | RuntimeException e) {
        Runtime.getRuntime().addShutdownHook(new Thread(Termination::runAll));
      }
    }
  }

  /** Runs the actions, once; returns whether this call did. */
  private static boolean runAll() {
    synchronized (Termination.class) {
      if (ran) {
        return false; // A second SIGTERM: the first one is being dealt with.
      }
      ran = true;
    }
    for (Runnable action : ACTIONS) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // The other actions must still run, and there is no log to rely on at this point.
        System.err.println("An action on termination failed: " + e);
      }
    }
    return true;
  }
}

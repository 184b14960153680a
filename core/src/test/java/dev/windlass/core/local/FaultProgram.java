package dev.windlass.core.local;

import dev.windlass.core.context.Fault;
import dev.windlass.core.context.JobContext;
import java.util.Optional;

/** A job's program that fails by an exception that it does not catch. */
final class FaultProgram {
  private FaultProgram() {}

  /**
   * Fails.
   *
   * @param args {@code main}: in the main thread; {@code thread}: in another, after which main
   *     exits with 7; {@code handled}: with a handler of its own that was there before; {@code
   *     broken}: while what looks at exceptions fails itself
   */
  public static void main(String[] args) throws InterruptedException {
    if (args[0].equals("handled")) {
      Thread.setDefaultUncaughtExceptionHandler(
          (thread, e) -> System.out.println("own handler: " + e.getMessage()));
    }
    if (args[0].equals("broken")) {
      JobContext.current()
          .onUncaught(
              e -> {
                throw new IllegalStateException("broken");
              });
    }
    JobContext.current()
        .onUncaught(
            e ->
                e.getCause() == null
                    ? Optional.empty()
                    : Optional.of(
                        new Fault(
                            Fault.Kind.GPU_OUT_OF_MEMORY, "asked for too much", "Ask for less")));
    Runnable work =
        () -> {
          throw new IllegalStateException("no room", new RuntimeException("cuMemAlloc"));
        };
    if (args[0].equals("thread")) {
      Thread thread = new Thread(work, "worker");
      thread.start();
      thread.join();
      System.exit(7);
    }
    work.run();
  }
}

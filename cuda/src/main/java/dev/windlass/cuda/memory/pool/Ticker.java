package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A daemon thread that does something again and again until it is stopped. */
final class Ticker {
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  private Ticker(Duration period, Runnable tick) {
    thread = new Thread(() -> run(period, tick), "windlass-memory-pool");
    thread.setDaemon(true);
  }

  static Ticker start(Duration period, Runnable tick) {
    Ticker ticker = new Ticker(period, tick);
    ticker.thread.start();
    return ticker;
  }

  private void run(Duration period, Runnable tick) {
    long nanos = Math.max(1, TimeUnit.NANOSECONDS.convert(period));
    try {
      while (!stopped.await(nanos, TimeUnit.NANOSECONDS)) {
        try {
          tick.run();
        } catch (CudaException e) {
          // Nobody is here to tell. A context that is lost shows in the next call of the program.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // someone wants this thread to end
    }
  }

  /** Stops it, and waits for a tick that is under way. */
  void stop() {
    stopped.countDown();
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.windlass.benchmarks.policy;

/**
 * Streams as numbers: what is queued is done when so many events of the trace have passed, as a GPU
 * is some way behind the program that queues its work. Waiting moves time on.
 */
public final class ArithmeticOrder implements StreamOrder {
  private final long lag;
  private long now;

  /** Makes streams that are so many events behind. */
  public ArithmeticOrder(long lag) {
    this.lag = lag;
  }

  /** An event of the trace has passed. */
  public synchronized void tick() {
    now++;
  }

  @Override
  public synchronized long record(long stream) {
    return now + lag;
  }

  @Override
  public void wait(long stream, long event) {}

  @Override
  public synchronized boolean isDone(long event) {
    return event <= now;
  }

  @Override
  public synchronized void synchronize(long event) {
    now = Math.max(now, event);
  }

  @Override
  public void destroy(long event) {}
}

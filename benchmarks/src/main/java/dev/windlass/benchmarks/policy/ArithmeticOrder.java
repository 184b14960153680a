package dev.windlass.benchmarks.policy;

import dev.windlass.cuda.memory.pool.StreamOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * Streams as numbers: what is queued is done when so many events of the trace have passed, as a GPU
 * is some way behind the program that queues its work. Waiting for the device moves time on.
 */
public final class ArithmeticOrder implements StreamOrder {
  private final long lag;
  private final Map<Long, Long> doneAt = new HashMap<>();
  private long lastEvent;
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
  public void bind() {}

  @Override
  public synchronized long createEvent() {
    doneAt.put(++lastEvent, 0L);
    return lastEvent;
  }

  @Override
  public synchronized void destroyEvent(long event) {
    doneAt.remove(event);
  }

  @Override
  public synchronized void record(long event, long stream) {
    doneAt.put(event, now + lag);
  }

  @Override
  public void waitFor(long stream, long event) {}

  @Override
  public synchronized boolean isDone(long event) {
    return doneAt.getOrDefault(event, 0L) <= now;
  }

  @Override
  public synchronized void synchronize() {
    now += lag;
  }
}

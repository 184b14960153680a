package dev.windlass.cuda;

import dev.windlass.core.context.JobContext;
import dev.windlass.core.job.Memory;
import java.util.Optional;

/**
 * How the memory of a {@link DeviceContext} grows, and how far. Immutable: each method returns
 * another one.
 *
 * <pre>{@code
 * device.context(MemoryGrowth.grow().limit(Memory.gib(8)));
 * }</pre>
 */
public final class MemoryGrowth {
  private final Optional<Memory> limit;

  private MemoryGrowth(Optional<Memory> limit) {
    this.limit = limit;
  }

  /** Takes memory from the device as it is needed. */
  public static MemoryGrowth grow() {
    return new MemoryGrowth(Optional.empty());
  }

  /** As the job in which this process runs asks for; outside a job {@link #grow}. */
  public static MemoryGrowth ofJob() {
    JobContext job = JobContext.current();
    return new MemoryGrowth(
        job.gpuMemoryLimit().isPresent()
            ? Optional.of(Memory.bytes(job.gpuMemoryLimit().getAsLong()))
            : Optional.empty());
  }

  /** Takes no more than so much from the device. */
  public MemoryGrowth limit(Memory most) {
    return new MemoryGrowth(Optional.of(most));
  }

  /** The most that is taken from the device; empty for all that it has. */
  public Optional<Memory> limit() {
    return limit;
  }
}

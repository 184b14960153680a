package dev.windlass.cuda.memory;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * An allocator's statistics as Micrometer meters. Add {@code micrometer-core} to the class path and
 * call {@code new MemoryMetrics(statistics, tags).bindTo(registry)}; without it no other class of
 * this SDK is concerned.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>type, unit</th><th>what</th></tr>
 * <tr><td>{@code cuda.memory.used}</td><td>gauge, bytes</td><td>held from the device, by the tag
 *     {@code state}: {@code live}, {@code cached}, {@code fragmented}; their sum is held</td></tr>
 * <tr><td>{@code cuda.memory.peak}</td><td>gauge, bytes</td><td>the most so far, by the tag {@code
 *     state}: {@code live}, {@code held}</td></tr>
 * <tr><td>{@code cuda.memory.allocated}</td><td>counter, bytes</td><td>all that was ever
 *     allocated</td></tr>
 * <tr><td>{@code cuda.memory.allocations}</td><td>counter, allocations</td><td>by the tag {@code
 *     result}: {@code success}, {@code failure}</td></tr>
 * <tr><td>{@code cuda.memory.frees}</td><td>counter, frees</td><td>allocations that were
 *     freed</td></tr>
 * </table>
 *
 * <p>The registry does not keep the allocator alive.
 */
public final class MemoryMetrics implements MeterBinder {
  private final Statistics statistics;
  private final Tags tags;

  /** The meters of an allocator, with tags that tell it from others, such as its device. */
  public MemoryMetrics(Statistics statistics, Iterable<Tag> tags) {
    this.statistics = statistics;
    this.tags = Tags.of(tags);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    String used = "Device memory held by the allocator";
    gauge(registry, "cuda.memory.used", "live", used, s -> s.use().live());
    gauge(registry, "cuda.memory.used", "cached", used, s -> s.use().cached());
    gauge(registry, "cuda.memory.used", "fragmented", used, s -> s.use().fragmented());
    String peak = "The most device memory so far";
    gauge(registry, "cuda.memory.peak", "live", peak, s -> s.use().peakLive());
    gauge(registry, "cuda.memory.peak", "held", peak, s -> s.use().peakHeld());
    FunctionCounter.builder("cuda.memory.allocated", statistics, s -> s.counts().allocatedBytes())
        .tags(tags)
        .description("Device memory ever allocated")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    allocations(registry, "success", s -> s.counts().allocations());
    allocations(registry, "failure", s -> s.counts().failures());
    FunctionCounter.builder("cuda.memory.frees", statistics, s -> s.counts().frees())
        .tags(tags)
        .description("Allocations of device memory that were freed")
        .baseUnit("frees")
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String state,
      String description,
      ToDoubleFunction<Statistics> value) {
    Gauge.builder(name, statistics, value)
        .tags(tags)
        .tag("state", state)
        .description(description)
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private void allocations(
      MeterRegistry registry, String result, ToDoubleFunction<Statistics> value) {
    FunctionCounter.builder("cuda.memory.allocations", statistics, value)
        .tags(tags)
        .tag("result", result)
        .description("Requests for device memory")
        .baseUnit("allocations")
        .register(registry);
  }
}

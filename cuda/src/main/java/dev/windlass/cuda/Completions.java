package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stages that streams complete. In a lost context a stream calls nobody any more, so as long as
 * there are open stages the driver is asked now and then whether the context is still there.
 */
final class Completions {
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

  private final DeviceContext context;
  private final Map<Long, CompletableFuture<Void>> open = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicBoolean watching = new AtomicBoolean();

  Completions(DeviceContext context) {
    this.context = context;
  }

  /** A stage that is completed when a stream has got to this point; with the stream begun. */
  CompletableFuture<Void> at(Lane lane) {
    CompletableFuture<Void> stage = new CompletableFuture<>();
    Long number = numbers.incrementAndGet();
    open.put(number, stage);
    boolean queued = false;
    try {
      context.driver().launchHostFunction(lane.handle, () -> reached(number));
      queued = true;
    } finally {
      if (!queued) {
        open.remove(number);
      }
    }
    watch();
    return stage;
  }

  /** Not on the driver's thread: it must make no calls of the driver, and the stream waits. */
  private void reached(Long number) {
    CompletableFuture<Void> stage = open.remove(number);
    if (stage != null) {
      ForkJoinPool.commonPool().execute(() -> stage.complete(null));
    }
  }

  private void watch() {
    if (!open.isEmpty() && watching.compareAndSet(false, true)) {
      LATER.execute(
          () -> {
            watching.set(false);
            look();
            watch();
          });
    }
  }

  private void look() {
    context.order.lock();
    try {
      if (open.isEmpty() || context.isClosed()) {
        return;
      }
      context.bind();
      context.driver().isStreamDone(context.defaultLane().handle);
    } catch (CudaException e) {
      context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  /** The context is lost. */
  void fail(CudaFatalException why) {
    for (Long number : List.copyOf(open.keySet())) {
      CompletableFuture<Void> stage = open.remove(number);
      if (stage != null) {
        ForkJoinPool.commonPool().execute(() -> stage.completeExceptionally(why));
      }
    }
  }
}

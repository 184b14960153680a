package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stages that streams complete. In a lost context a stream calls nobody any more, so as long as
 * there are open stages the driver is asked now and then whether the context is still there.
 */
final class Completions {
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

  private final DeviceContext context;
  private final Set<CompletableFuture<Void>> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean watching = new AtomicBoolean();

  Completions(DeviceContext context) {
    this.context = context;
  }

  /** A stage that is completed when a stream has got to this point; with the stream begun. */
  CompletableFuture<Void> at(Lane lane) {
    CompletableFuture<Void> stage = new CompletableFuture<>();
    open.add(stage);
    stage.whenComplete((nothing, error) -> open.remove(stage));
    boolean queued = false;
    try {
      // Not on the driver's thread: it must make no calls of the driver, and the stream waits.
      context
          .driver()
          .launchHostFunction(lane.handle, () -> stage.completeAsync(() -> null));
      queued = true;
    } finally {
      if (!queued) {
        open.remove(stage);
      }
    }
    watch();
    return stage;
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
    if (open.isEmpty() || context.isClosed()) {
      return;
    }
    context.order.lock();
    try {
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
    open.forEach(stage -> stage.completeExceptionally(why));
  }
}

package dev.windlass.cuda;

import dev.windlass.cuda.memory.LeakDetector.Tracked;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * A handle of the driver that is to be given back once: by its owner, by the leak detector if the
 * owner is lost, or by the context when it closes.
 */
final class Handle {
  private final DeviceContext context;
  private final String what;
  private final long value;
  private final LongConsumer giveBack;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Tracked watch;

  /**
   * Makes a handle.
   *
   * @param owner the object that users have; not held by this
   * @param what what it is, in a word or two
   * @param giveBack the driver's call; made with the context current
   */
  Handle(DeviceContext context, Object owner, String what, long value, LongConsumer giveBack) {
    this.context = context;
    this.what = what;
    this.value = value;
    this.giveBack = giveBack;
    context.opened(this);
    watch = context.leaks().track(owner, what, this::free);
  }

  /**
   * The driver's handle.
   *
   * @throws InvalidUseException if this is closed
   */
  long value() {
    if (closed.get()) {
      throw new InvalidUseException(
          "using " + InvalidUseException.withArticle(what),
          "the " + what + " is closed",
          "Close it after its last use");
    }
    return value;
  }

  boolean isClosed() {
    return closed.get();
  }

  /** Whether users need not close it: code that was loaded stays as long as it may be needed. */
  boolean mayEndWithContext() {
    return what.equals(Module.WHAT);
  }

  /** Is no leak: it is meant to end with the context, which is closing. */
  void endWithContext() {
    boolean ignored = watch.closed();
  }

  void close() {
    if (watch.closed()) {
      free();
    }
  }

  /** Gives it back. A lost context refuses that, which is no news; some handles are not its own. */
  void free() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    context.gone(this);
    context.quietlyIfLost(() -> giveBack.accept(value));
  }
}

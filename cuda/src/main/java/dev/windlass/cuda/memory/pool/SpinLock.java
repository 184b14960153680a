package dev.windlass.cuda.memory.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of some ten nanoseconds that never block inside: one compare-and-set to take,
 * one store to give. A thread that must wait spins a little, then yields (the holder may have no
 * processor), then sleeps; a virtual thread gives its carrier up from the yield on. The fields
 * around the lock's word keep streams that work side by side off one cache line.
 */
abstract class SpinLock {
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused")
  private long pad1, pad2, pad3, pad4, pad5, pad6, pad7, pad8;

  @SuppressWarnings("UnusedVariable") // by the handle
  private int held;

  final void lock() {
    if (!HELD.compareAndSet(this, 0, 1)) {
      lockSlowly();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted, it sleeps next
  private void lockSlowly() {
    for (int turn = 0; ; turn++) {
      if ((int) HELD.getOpaque(this) == 0 && HELD.compareAndSet(this, 0, 1)) {
        return;
      }
      if (turn < 50) {
        Thread.onSpinWait();
      } else if (turn < 100) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(50_000);
      }
    }
  }

  final void unlock() {
    HELD.setRelease(this, 0);
  }
}

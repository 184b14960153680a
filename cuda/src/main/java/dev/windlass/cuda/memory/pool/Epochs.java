package dev.windlass.cuda.memory.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The owners, and what is known of their work. Events are recorded when it matters that an epoch is
 * closed, never per free, and used again. A call of the driver that fails leaves everything as it
 * was.
 */
final class Epochs {
  private final StreamOrder order;
  private final Arena arena;
  private final List<Owner> owners = new ArrayList<>();
  private final List<@Nullable Owner> byIndex = new ArrayList<>();
  private final ArrayList<Long> events = new ArrayList<>();
  private long last = 1;
  long waits;
  long calls;

  Epochs(StreamOrder order, Arena arena) {
    this.order = order;
    this.arena = arena;
  }

  List<Owner> owners() {
    return owners;
  }

  Owner of(Magazine magazine) {
    Owner owner = byIndex.get(magazine.owner);
    if (owner == null) {
      throw new IllegalStateException("A magazine without an owner");
    }
    return owner;
  }

  Owner add(long stream) {
    int index = byIndex.indexOf(null);
    if (index < 0) {
      index = byIndex.size();
      byIndex.add(null);
    }
    Owner owner = new Owner(index, new Magazine(stream, index), ++last);
    byIndex.set(index, owner);
    owners.add(owner);
    return owner;
  }

  /** Memory was freed on the owner's stream: the epoch that it belongs to. */
  long open(Owner owner) {
    owner.dirty = true;
    return owner.open;
  }

  /** Closes the open epoch, if it has memory and the stream runs its work. */
  void close(Owner owner) {
    if (!owner.dirty || owner.forgotten || isCapturing(owner)) {
      return;
    }
    long event = event();
    try {
      calls++;
      order.record(event, owner.stream());
    } catch (RuntimeException e) {
      events.add(event);
      throw e;
    }
    owner.closed.add(new Owner.Epoch(owner.open, event));
    owner.open = ++last;
    owner.dirty = false;
  }

  private boolean isCapturing(Owner owner) {
    calls++;
    return order.isCapturing(owner.stream());
  }

  private long event() {
    if (!events.isEmpty()) {
      return events.remove(events.size() - 1);
    }
    calls++;
    return order.createEvent();
  }

  /** Looks which epochs are done, and makes their memory nobody's; whether any was. */
  boolean poll() {
    boolean any = false;
    for (int i = owners.size() - 1; i >= 0; i--) {
      Owner owner = owners.get(i);
      any |= poll(owner);
      if (owner.forgotten && !owner.dirty && owner.closed.isEmpty() && owner.free.isEmpty()) {
        owners.remove(i);
        byIndex.set(owner.index, null);
      }
    }
    return any;
  }

  private boolean poll(Owner owner) {
    boolean any = false;
    try {
      while (!owner.closed.isEmpty()) {
        Owner.Epoch oldest = owner.closed.getFirst();
        calls++;
        if (!order.isDone(oldest.event())) {
          break;
        }
        owner.closed.removeFirst();
        events.add(oldest.event());
        owner.done = oldest.number();
        any = true;
      }
    } finally {
      if (any) {
        arena.done(owner);
      }
    }
    return any;
  }

  /** Makes the waiter's stream wait, on the device, for all that an owner freed. */
  void await(Owner waiter, Owner owner) {
    close(owner);
    Owner.Epoch last = owner.closed.peekLast();
    if (waiter == owner
        || last == null
        || waiter.hasWaitedFor(owner, last.number())
        || isCapturing(waiter)) {
      return;
    }
    calls++;
    order.waitFor(waiter.stream(), last.event());
    waits++;
    waiter.waitedFor(owner, last.number());
  }

  /** The owner's stream is about to end. */
  void forget(Owner owner) {
    try {
      close(owner);
    } catch (RuntimeException e) {
      try {
        synchronize();
      } catch (RuntimeException next) {
        e.addSuppressed(next); // its memory is lost to others until the pool is closed
        throw e;
      }
    } finally {
      owner.forgotten = true;
    }
    poll();
  }

  /** Waits until all work is done, so that all that is free is nobody's. */
  void synchronize() {
    calls++;
    order.synchronize();
    for (Owner owner : owners) {
      while (!owner.closed.isEmpty()) {
        events.add(owner.closed.removeFirst().event());
      }
      owner.done = owner.open;
      owner.open = ++last;
      owner.dirty = false;
      arena.done(owner);
    }
  }

  /** Ends all events. */
  void close(Failures failures) {
    for (Owner owner : owners) {
      while (!owner.closed.isEmpty()) {
        events.add(owner.closed.removeFirst().event());
      }
    }
    for (int i = events.size() - 1; i >= 0; i--) {
      long event = events.get(i);
      if (failures.attempt(() -> order.destroyEvent(event))) {
        events.remove(i);
      }
    }
  }
}

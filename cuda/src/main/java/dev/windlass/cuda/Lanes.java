package dev.windlass.cuda;

import dev.windlass.cuda.driver.CaptureMode;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.DeviceAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The lanes of a context, by number. All but {@link #home} is guarded by the context's lock. */
final class Lanes {
  private final DeviceContext context;
  private final CudaDriver driver;
  private final DeviceAllocator allocator;
  private final List<Lane> lanes = new ArrayList<>();
  private final Lane first;
  private volatile Lane home;

  /** With the context current. Makes the first lane, of work that names no stream. */
  Lanes(DeviceContext context, CudaDriver driver, DeviceAllocator allocator) {
    this.context = context;
    this.driver = driver;
    this.allocator = allocator;
    this.first = new Lane(context, driver, driver.createStream(), 0, 0);
    this.home = first;
    lanes.add(first);
  }

  /** The lane of work that names no stream. */
  Lane first() {
    return first;
  }

  /**
   * Where memory is allocated that names no stream: on the only one there is, so that it costs no
   * waiting there, else on the first lane. Of several none can be preferred: work would wait for a
   * stream it has nothing to do with.
   */
  Lane home() {
    return home;
  }

  /** Makes a lane, with the context current. */
  Lane add(OptionalInt priority) {
    int number = freeNumber();
    long epoch = number < lanes.size() ? lanes.get(number).epoch() : 0;
    long stream =
        priority.isPresent() ? driver.createStream(priority.getAsInt()) : driver.createStream();
    Lane lane = new Lane(context, driver, stream, number, epoch);
    if (number < lanes.size()) {
      lanes.set(number, lane);
    } else {
      lanes.add(lane);
    }
    chooseHome();
    return lane;
  }

  /** The lowest number whose last stream is closed and has nothing left to do. */
  private int freeNumber() {
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get(i).finish()) {
        return i;
      }
    }
    return lanes.size();
  }

  private void chooseHome() {
    Lane only = first;
    int open = 0;
    for (Lane lane : lanes) {
      if (lane != first && !lane.isClosed()) {
        only = lane;
        open++;
      }
    }
    home = open == 1 && !only.isClosedToAllocations() ? only : first;
  }

  /** Takes no more work on a lane. Without the lock. */
  void close(Lane lane) {
    context.order.lock();
    try {
      if (!lane.close()) {
        return;
      }
      chooseHome();
    } finally {
      context.order.unlock();
    }
    lane.release();
  }

  /** Destroys the driver's stream of a lane that has no user any more. Without the lock. */
  void destroy(Lane lane) {
    context.order.lock();
    try {
      if (!context.isClosed() && context.healthy()) {
        context.bind();
        allocator.forget(lane.handle);
        context.bind();
        lane.destroy();
      }
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  /**
   * Begins a capture, after which uses on the lane are noted for a graph. The allocator must leave
   * its stream alone, and its event must stand for all of its work: neither can be recorded while
   * it is captured. So nobody may be allocating on it.
   */
  Capture beginCapture(Lane lane) {
    chooseHome();
    allocator.forget(lane.handle);
    context.bind();
    lane.record();
    driver.beginCapture(lane.handle, CaptureMode.RELAXED);
    return lane.beginCapture();
  }

  /** Without the lock. */
  void endCapture(Lane lane) {
    context.order.lock();
    try {
      lane.endCapture();
      chooseHome();
    } finally {
      context.order.unlock();
    }
  }

  /** Notes that all work of a lane in epochs below one is done. Without the lock. */
  void isDoneBelow(Lane lane, long epoch) {
    context.order.lock();
    try {
      lane.isDoneBelow(epoch);
    } finally {
      context.order.unlock();
    }
  }

  /** Waits until all work is done. Without the lock. */
  void synchronize() {
    List<Lane> all;
    List<Long> upTo = new ArrayList<>();
    context.order.lock();
    try {
      context.check("cuCtxSynchronize");
      all = List.copyOf(lanes);
      for (Lane lane : all) {
        if (lane.capture() != null) {
          throw new InvalidUseException(
              "waiting for all streams",
              "a stream is being captured, and its work does not run yet",
              "Wait before or after the capture");
        }
        upTo.add(lane.nextEpoch());
      }
    } finally {
      context.order.unlock();
    }
    context.call(
        "cuCtxSynchronize",
        d -> {
          d.synchronizeContext();
          return 0;
        });
    for (int i = 0; i < all.size(); i++) {
      isDoneBelow(all.get(i), upTo.get(i));
    }
  }

  /** Destroys what is left, after all work is done. */
  void dispose() {
    lanes.forEach(Lane::dispose);
  }
}

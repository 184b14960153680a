package dev.windlass.cuda;

import dev.windlass.cuda.Staging.Piece;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A copy between device memory and an array or buffer, by way of staging memory. */
final class HostCopy {
  private final DeviceMemory memory;
  private final Stream stream;
  private final long size; // in bytes
  private final Part part;
  private final DeviceContext context;
  private final CudaDriver driver;
  private final Staging staging;

  HostCopy(DeviceMemory memory, Stream stream, long size, Part part) {
    this.memory = memory;
    this.stream = stream;
    this.size = size;
    this.part = part;
    this.context = memory.context();
    this.driver = context.driver();
    this.staging = context.memory().staging();
  }

  /** Moves elements between a piece of staging memory and what the user gave. */
  @FunctionalInterface
  interface Part {
    /**
     * Moves some elements.
     *
     * @param piece as many bytes as they have, in native byte order
     * @param from the first of them, counted from the first of the copy
     * @param count how many
     */
    void move(ByteBuffer piece, int from, int count);
  }

  /** Queues the copy, with all that is to be copied taken when this returns. */
  void upload(String doing, boolean wait) {
    for (long at = 0; at < size; at += Staging.LARGE) {
      Piece piece = staging.take(context, size - at);
      try {
        ByteBuffer bytes = piece.first(length(at));
        move(bytes, at);
        stream.begin("cuMemcpyHtoDAsync");
        try {
          stream.mustNotCapture(doing, "an array or buffer is read only once");
          long address = memory.address() + at;
          memory.use(0, size, true, stream);
          driver.copyToDeviceAsync(address, bytes, stream.handle());
          driver.recordEvent(piece.event, stream.handle());
        } finally {
          stream.end();
        }
        if (wait && at + Staging.LARGE >= size) {
          await(piece);
        }
      } catch (CudaException e) {
        throw context.failed(e);
      } finally {
        staging.giveBack(piece);
      }
    }
  }

  /** Queues the copy piece by piece, and waits for each one after the next is queued. */
  void download(String doing) {
    @Nullable Piece before = null; // queued at the part before
    try {
      for (long at = 0; at < size; at += Staging.LARGE) {
        @Nullable Piece last = before;
        @Nullable Piece piece =
            last == null
                ? staging.take(context, size - at)
                : staging.takeAnother(context, size - at);
        if (last != null && piece == null) {
          before = null;
          land(last, at - Staging.LARGE);
          last = null;
        }
        Piece next = piece == null ? staging.take(context, size - at) : piece;
        queue(doing, at, next);
        before = next;
        if (last != null) {
          land(last, at - Staging.LARGE);
        }
      }
      if (before != null) {
        Piece last = before;
        before = null;
        land(last, (size - 1) / Staging.LARGE * Staging.LARGE);
      }
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      if (before != null) {
        staging.giveBack(before);
      }
    }
  }

  private void queue(String doing, long at, Piece piece) {
    boolean queued = false;
    try {
      stream.begin("cuMemcpyDtoHAsync");
      try {
        stream.mustNotCapture(doing, "an array or buffer is written only once");
        long address = memory.address() + at;
        memory.use(0, size, false, stream);
        driver.copyToHostAsync(piece.first(length(at)), address, stream.handle());
        driver.recordEvent(piece.event, stream.handle());
        queued = true;
      } finally {
        stream.end();
      }
    } finally {
      if (!queued) {
        staging.giveBack(piece);
      }
    }
  }

  private void land(Piece piece, long at) {
    try {
      await(piece);
      move(piece.first(length(at)), at);
    } finally {
      staging.giveBack(piece);
    }
  }

  private void await(Piece piece) {
    context.bind();
    driver.synchronizeEvent(piece.event);
  }

  private int length(long at) {
    return (int) Math.min(size - at, Staging.LARGE);
  }

  private void move(ByteBuffer bytes, long at) {
    int element = memory.elementBytes();
    part.move(bytes, (int) (at / element), bytes.remaining() / element);
  }
}

package dev.windlass.cuda;

import dev.windlass.cuda.Staging.Piece;
import dev.windlass.cuda.driver.CudaException;

/**
 * Copies from the memory of one context to that of another, which know nothing of each other's
 * streams. The default stream of the source stands in for the copy there: it waits for what writes
 * the source, the copy waits for it, and it waits for the copy before anything else there may write
 * the source. The locks of the two contexts are never held together.
 */
final class BetweenContexts {
  private final DeviceMemory from;
  private final DeviceMemory to;
  private final Stream stream;
  private final Stream source;

  private BetweenContexts(DeviceMemory from, DeviceMemory to, Stream stream) {
    this.from = from;
    this.to = to;
    this.stream = stream;
    this.source = from.context().defaultStream();
  }

  static void copy(DeviceMemory from, DeviceMemory to, Stream stream) {
    BetweenContexts copy = new BetweenContexts(from, to, stream);
    try {
      if (from.context().device().equals(to.context().device())) {
        copy.direct();
      } else {
        copy.throughTheHost();
      }
    } catch (CudaException e) {
      throw to.context().failed(e);
    }
  }

  private void direct() {
    readable();
    stream.waitFor(source);
    stream.begin("cuMemcpyDtoDAsync");
    try {
      to.beforeWrite(stream, from.bytes());
      to.context()
          .driver()
          .copyOnDeviceAsync(to.address(), from.address(), from.bytes(), stream.handle());
    } finally {
      stream.end();
    }
    source.waitFor(stream);
    readable(); // later writes have to wait for that wait
  }

  private void readable() {
    source.begin("cuMemcpyDtoDAsync");
    try {
      from.beforeRead(source);
    } finally {
      source.end();
    }
  }

  private void throughTheHost() {
    for (long at = 0; at < from.bytes(); at += Staging.LARGE) {
      int n = (int) Math.min(from.bytes() - at, Staging.LARGE);
      Piece piece = to.context().staging().take(to.context(), n);
      try {
        source.begin("cuMemcpyDtoHAsync");
        try {
          from.beforeRead(source);
          from.context()
              .driver()
              .copyToHostAsync(piece.first(n), from.address() + at, source.handle());
        } finally {
          source.end();
        }
        stream.waitFor(source);
        stream.begin("cuMemcpyHtoDAsync");
        try {
          to.beforeWrite(stream, from.bytes());
          to.context()
              .driver()
              .copyToDeviceAsync(to.address() + at, piece.first(n), stream.handle());
          to.context().driver().recordEvent(piece.event, stream.handle());
        } finally {
          stream.end();
        }
      } finally {
        to.context().staging().giveBack(piece);
      }
    }
  }
}

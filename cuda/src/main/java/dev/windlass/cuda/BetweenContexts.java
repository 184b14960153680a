package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;

/**
 * Copies from the memory of one context to that of another, which know nothing of each other's
 * streams. The default stream of the source stands in for the copy there: it waits for what writes
 * the source, the copy waits for it, and it waits for the copy before anything else there may write
 * the source. The locks of the two contexts are never held together. Where the devices cannot reach
 * each other, the driver copies through the host.
 */
final class BetweenContexts {
  private final DeviceMemory from;
  private final DeviceMemory to;
  private final Stream stream;
  private final Stream proxy;

  private BetweenContexts(DeviceMemory from, DeviceMemory to, Stream stream) {
    this.from = from;
    this.to = to;
    this.stream = stream;
    this.proxy = from.context().defaultStream();
  }

  static void copy(DeviceMemory from, DeviceMemory to, Stream stream) {
    BetweenContexts copy = new BetweenContexts(from, to, stream);
    try {
      copy.queue();
    } catch (CudaException e) {
      throw to.context().failed(e);
    }
  }

  private void queue() {
    DeviceContext source = from.context();
    DeviceContext target = to.context();
    readable();
    stream.waitFor(proxy);
    stream.begin("cuMemcpyPeerAsync");
    try {
      to.beforeWrite(stream, from.bytes());
      CudaDriver driver = target.driver();
      if (source.device().equals(target.device())) {
        driver.copyOnDeviceAsync(to.address(), from.address(), from.bytes(), stream.handle());
      } else {
        driver.copyPeerAsync(
            to.address(),
            target.handle(),
            from.address(),
            source.handle(),
            from.bytes(),
            stream.handle());
      }
    } finally {
      stream.end();
    }
    proxy.waitFor(stream);
    readable(); // so that later writes there wait for that wait
  }

  private void readable() {
    proxy.begin("cuMemcpyPeerAsync");
    try {
      from.beforeRead(proxy);
    } finally {
      proxy.end();
    }
  }
}

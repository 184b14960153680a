package dev.windlass.kube;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes TCP connections on and, while it is told to, cuts all of them at random moments: also
 * between a request and its answer.
 */
final class CuttingProxy implements Closeable {
  private final ServerSocket server;
  private final String host;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cutting;
  private final AtomicInteger cuts = new AtomicInteger();

  CuttingProxy(String host, int port, long seed) throws IOException {
    this.host = host;
    this.port = port;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
    start(() -> cut(new Random(seed)));
  }

  int port() {
    return server.getLocalPort();
  }

  void cutting(boolean on) {
    cutting = on;
  }

  /** How many connections were cut. */
  int cuts() {
    return cuts.get();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket from = server.accept();
        Socket to = new Socket(host, port);
        open.add(from);
        open.add(to);
        start(() -> copy(from, to));
        start(() -> copy(to, from));
      } catch (IOException e) {
        // Closed, or the server behind is down: whoever connected finds out.
      }
    }
  }

  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // The other side is closed by the try.
    }
    open.remove(from);
    open.remove(to);
  }

  private void cut(Random random) {
    while (!server.isClosed()) {
      try {
        Thread.sleep(20 + random.nextInt(400));
        for (Socket socket : cutting ? Set.copyOf(open) : Set.<Socket>of()) {
          if (random.nextBoolean()) {
            socket.close();
            cuts.incrementAndGet();
          }
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        // Closed already.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : Set.copyOf(open)) {
      socket.close();
    }
  }
}

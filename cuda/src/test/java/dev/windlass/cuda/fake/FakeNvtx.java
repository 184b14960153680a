package dev.windlass.cuda.fake;

import java.nio.charset.StandardCharsets;

/** A profiler in this JVM that writes down the ranges and marks it is told. */
public final class FakeNvtx {
  private static boolean loaded;

  private FakeNvtx() {}

  /** Loads it, once, and forgets what it was told. */
  public static synchronized void start() {
    FakeCuda.start();
    if (!loaded) {
      System.load(FakeLibraries.folder().resolve("libnvtx3interop.so.1").toString());
      loaded = true;
    }
    clear();
  }

  /** What it was told: {@code "(name"} a push, {@code ")"} a pop, {@code "!name"} a mark. */
  public static String told() {
    byte[] bytes = new byte[length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(i);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static native int length();

  private static native byte at(int index);

  private static native void clear();
}

package dev.windlass.cuda.memory;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The calls that led here, without this SDK's own. Words are made of it only when it is read. */
final class Place {
  /** No stack was walked. */
  static final Place NOT_RECORDED = new Place(List.of());

  private static final String OWN = "dev.windlass.cuda.";
  private static final int DEPTH = 16;
  private static final StackWalker WALKER = StackWalker.getInstance();

  private final List<StackFrame> frames;

  private Place(List<StackFrame> frames) {
    this.frames = frames;
  }

  /**
   * Where this is called from: the nearest 16 calls from the first on that is not the SDK's.
   *
   * @param tracking whether to look
   * @param bytes how much device memory it is about
   */
  static Place of(Tracking tracking, long bytes) {
    return tracking.takesPlace(bytes) ? new Place(WALKER.walk(Place::outside)) : NOT_RECORDED;
  }

  private static List<StackFrame> outside(Stream<StackFrame> frames) {
    return frames.dropWhile(f -> f.getClassName().startsWith(OWN)).limit(DEPTH).toList();
  }

  /** For example {@code com.acme.Training.step(Training.java:42)}, the nearest call first. */
  List<String> calls() {
    return frames.stream().map(Objects::toString).toList();
  }

  /** Calls as they are put into a log, each after the separator; in words if there is none. */
  static String text(List<String> calls, String separator) {
    return calls.isEmpty()
        ? " a place that was not recorded"
        : separator + String.join(separator, calls);
  }
}

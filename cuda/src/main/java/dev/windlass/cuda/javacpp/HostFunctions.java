package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_CAPTURE_STATUS_NONE;
import static org.bytedeco.cuda.global.cudart.cuLaunchHostFunc;
import static org.bytedeco.cuda.global.cudart.cuStreamIsCapturing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.cuda.cudart.CUhostFn;
import org.bytedeco.javacpp.Pointer;

/**
 * Java functions that streams call. To the driver they are one C function, which JavaCPP has once
 * for the process, and a number as its argument.
 *
 * <p>JavaCPP attaches the driver's thread to the JVM as a daemon and leaves it attached. What a
 * function throws must not pass into native code, which would end the process.
 */
final class HostFunctions extends CUhostFn {
  private static final Map<Long, Runnable> ONCE = new ConcurrentHashMap<>();
  private static final Map<Long, Runnable> IN_GRAPHS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final HostFunctions CALLED = new HostFunctions();

  private HostFunctions() {}

  static void launch(Scratch scratch, long stream, Runnable function) {
    Scratch.Stream on = scratch.stream.at(stream);
    check(cuStreamIsCapturing(on, scratch.int1), "cuStreamIsCapturing");
    boolean once = scratch.int1[0] == CU_STREAM_CAPTURE_STATUS_NONE;
    Map<Long, Runnable> functions = once ? ONCE : IN_GRAPHS;
    long number = NUMBERS.incrementAndGet(); // from 1: 0 would come back as no pointer at all
    functions.put(number, function);
    int code = cuLaunchHostFunc(on, CALLED, scratch.argument.at(number));
    if (code != 0) {
      functions.remove(number);
      check(code, "cuLaunchHostFunc");
    }
  }

  @Override
  public void call(Pointer argument) {
    try {
      Long number = argument.address();
      Runnable function = ONCE.remove(number);
      if (function == null) {
        function = IN_GRAPHS.get(number);
      }
      if (function != null) {
        function.run();
      }
    } catch (Throwable e) {
      report(e);
    }
  }

  private static void report(Throwable e) {
    Thread thread = Thread.currentThread();
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    } catch (Throwable again) {
      // As the JVM does with what such a handler throws.
    }
  }
}

package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmemPoolHandle_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * One thread's objects for native calls: handles whose address is set before each call, places for
 * results, and the block of a launch's parameters.
 *
 * <p>All memory is in direct buffers, which the garbage collector frees with the thread. JavaCPP's
 * own allocation would count it, and under pressure calls the collector and fails.
 *
 * <p>A launch hands its parameters over as one packed block, through {@code extra}: a list of keys
 * and values, 1 for the block, 2 for the place of its size, 0 for the end. The list never changes,
 * so a launch is one copy of bytes and one native call.
 */
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);
  private static final int FIRST_PARAMETER_BYTES = 4096;
  private static final int FEW_BYTES = 128;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int EXTRA_BYTES = 5 * Long.BYTES;

  final Stream stream = new Stream();
  final Event event = new Event();
  final Event event2 = new Event();
  final Function function = new Function();
  final Module module = new Module();
  final Context context = new Context();
  final Context context2 = new Context();
  final Pool pool = new Pool();
  final Graph graph = new Graph();
  final Executable executable = new Executable();
  final Argument argument = new Argument();
  final int[] int1 = new int[1];
  final int[] int2 = new int[1];
  final long[] long1 = new long[1];
  final float[] float1 = new float[1];

  private final ByteBuffer sizes = direct(2 * Long.BYTES);
  final SizeTPointer size1 = new SizeTPointer(new Pointer(sizes.slice(0, Long.BYTES)));
  final SizeTPointer size2 = new SizeTPointer(new Pointer(sizes.slice(Long.BYTES, Long.BYTES)));

  final LaunchRecord launch = new LaunchRecord();
  private final ByteBuffer list = direct(EXTRA_BYTES + Long.BYTES);
  private final PointerPointer<Pointer> extra = new PointerPointer<>(new Pointer(list));
  private ByteBuffer parameters = direct(0);
  private ByteBuffer text = direct(0);
  private final Argument textAddress = new Argument();

  private Scratch() {
    grow(FIRST_PARAMETER_BYTES);
  }

  static Scratch get() {
    return OF_THREAD.get();
  }

  /** Throws what the driver returned, if it is not success. */
  static void check(int code, String call) {
    if (code != 0) {
      throw failed(code, call);
    }
  }

  private static CudaException failed(int code, String call) {
    return CudaError.of(code).isPresent()
        ? CudaException.of(call, code)
        : CudaException.ofUnknown(call, code, Errors.words(code).orElse("error " + code));
  }

  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /** Text that a native call has written and ended with a 0. */
  static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** A text as C has it, until the next one. */
  Argument text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= this.text.capacity()) {
      this.text = direct(Math.max(256, 2 * bytes.length));
      textAddress.at(new Pointer(this.text).address());
    }
    this.text.put(0, bytes).put(bytes.length, (byte) 0);
    return textAddress;
  }

  long size1() {
    return sizes.getLong(0);
  }

  void size1(long value) {
    sizes.putLong(0, value);
  }

  long size2() {
    return sizes.getLong(Long.BYTES);
  }

  /** Copies a launch's parameters to their place; the list that says where, null for none. */
  @Nullable PointerPointer<Pointer> extra(byte[] from, int bytes) {
    if (bytes == 0) {
      return null;
    }
    if (bytes > parameters.capacity()) {
      grow(bytes);
    }
    if (bytes > FEW_BYTES) {
      parameters.put(0, from, 0, bytes);
    } else {
      copyFew(from, bytes);
    }
    list.putLong(EXTRA_BYTES, bytes);
    return extra;
  }

  /** Long by long: for a few bytes that is faster than the copy of many. */
  private void copyFew(byte[] from, int bytes) {
    int at = 0;
    for (; at <= bytes - Long.BYTES; at += Long.BYTES) {
      parameters.putLong(at, (long) LONGS.get(from, at));
    }
    for (; at < bytes; at++) {
      parameters.put(at, from[at]);
    }
  }

  private void grow(int bytes) {
    parameters = direct(bytes);
    list.putLong(0, 1).putLong(8, new Pointer(parameters).address());
    list.putLong(16, 2).putLong(24, extra.address() + EXTRA_BYTES).putLong(32, 0);
  }

  // Handles: the address of a JavaCPP pointer may be set by subclasses only.

  static final class Stream extends CUstream_st {
    Stream at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Event extends CUevent_st {
    Event at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Function extends CUfunc_st {
    Function at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Module extends CUmod_st {
    Module at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Context extends CUctx_st {
    Context at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Pool extends CUmemPoolHandle_st {
    Pool at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Graph extends CUgraph_st {
    Graph at(long handle) {
      address = handle;
      return this;
    }
  }

  static final class Executable extends CUgraphExec_st {
    Executable at(long handle) {
      address = handle;
      return this;
    }
  }

  /** Any address, or a number in the place of one. */
  static final class Argument extends Pointer {
    Argument at(long value) {
      address = value;
      return this;
    }
  }
}

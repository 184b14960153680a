package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CU_MEMHOSTALLOC_PORTABLE;
import static org.bytedeco.cuda.global.cudart.CU_MEMHOSTREGISTER_PORTABLE;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;
import static org.bytedeco.cuda.global.cudart.cuMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemHostRegister;
import static org.bytedeco.cuda.global.cudart.cuMemHostUnregister;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoD;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoH;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoD;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemsetD16Async;
import static org.bytedeco.cuda.global.cudart.cuMemsetD32Async;
import static org.bytedeco.cuda.global.cudart.cuMemsetD8Async;

import dev.windlass.cuda.driver.MemoryCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** {@link MemoryCalls} by JavaCPP. */
interface JavacppMemory extends MemoryCalls {
  @Override
  default void memoryInfo(long[] freeAndTotal) {
    Scratch scratch = Scratch.get();
    check(cuMemGetInfo(scratch.size1, scratch.size2), "cuMemGetInfo");
    freeAndTotal[0] = scratch.size1();
    freeAndTotal[1] = scratch.size2();
  }

  @Override
  default long allocate(long bytes) {
    long[] address = Scratch.get().long1;
    check(cuMemAlloc(address, bytes), "cuMemAlloc");
    return address[0];
  }

  @Override
  default void free(long address) {
    check(cuMemFree(address), "cuMemFree");
  }

  @Override
  default ByteBuffer allocateHost(int bytes) {
    BytePointer memory = new BytePointer((Pointer) null);
    check(cuMemHostAlloc(memory, bytes, CU_MEMHOSTALLOC_PORTABLE), "cuMemHostAlloc");
    return memory.capacity(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  @Override
  default void freeHost(ByteBuffer memory) {
    check(cuMemFreeHost(address(memory.duplicate().clear())), "cuMemFreeHost");
  }

  @Override
  default void registerHost(long hostAddress, long bytes) {
    check(
        cuMemHostRegister(
            Scratch.get().argument.at(hostAddress), bytes, CU_MEMHOSTREGISTER_PORTABLE),
        "cuMemHostRegister");
  }

  @Override
  default void unregisterHost(long hostAddress) {
    check(cuMemHostUnregister(Scratch.get().argument.at(hostAddress)), "cuMemHostUnregister");
  }

  @Override
  default long hostAddress(ByteBuffer memory) {
    Pointer pointer = address(memory);
    return pointer.address() + pointer.position();
  }

  @Override
  default void copyToDevice(long to, ByteBuffer from) {
    check(cuMemcpyHtoD(to, address(from), from.remaining()), "cuMemcpyHtoD");
  }

  @Override
  default void copyToHost(ByteBuffer to, long from) {
    check(cuMemcpyDtoH(writable(to), from, to.remaining()), "cuMemcpyDtoH");
  }

  @Override
  default void copyOnDevice(long to, long from, long bytes) {
    check(cuMemcpyDtoD(to, from, bytes), "cuMemcpyDtoD");
  }

  @Override
  default void copyToDeviceAsync(long to, ByteBuffer from, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemcpyHtoDAsync(to, address(from), from.remaining(), on), "cuMemcpyHtoDAsync");
  }

  @Override
  default void copyToDeviceAsync(long to, long hostAddress, long bytes, long stream) {
    Scratch scratch = Scratch.get();
    check(
        cuMemcpyHtoDAsync(to, scratch.argument.at(hostAddress), bytes, scratch.stream.at(stream)),
        "cuMemcpyHtoDAsync");
  }

  @Override
  default void copyToHostAsync(ByteBuffer to, long from, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemcpyDtoHAsync(writable(to), from, to.remaining(), on), "cuMemcpyDtoHAsync");
  }

  @Override
  default void copyToHostAsync(long hostAddress, long from, long bytes, long stream) {
    Scratch scratch = Scratch.get();
    check(
        cuMemcpyDtoHAsync(scratch.argument.at(hostAddress), from, bytes, scratch.stream.at(stream)),
        "cuMemcpyDtoHAsync");
  }

  @Override
  default void copyOnDeviceAsync(long to, long from, long bytes, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemcpyDtoDAsync(to, from, bytes, on), "cuMemcpyDtoDAsync");
  }

  @Override
  default void fillBytesAsync(long to, byte value, long count, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemsetD8Async(to, value, count, on), "cuMemsetD8Async");
  }

  @Override
  default void fillShortsAsync(long to, short value, long count, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemsetD16Async(to, value, count, on), "cuMemsetD16Async");
  }

  @Override
  default void fillIntsAsync(long to, int value, long count, long stream) {
    Scratch.Stream on = Scratch.get().stream.at(stream);
    check(cuMemsetD32Async(to, value, count, on), "cuMemsetD32Async");
  }

  private static Pointer writable(ByteBuffer to) {
    if (to.isReadOnly()) {
      throw new IllegalArgumentException("A copy cannot go to a read-only buffer");
    }
    return address(to);
  }

  /**
   * Where the buffer's position is; keeps the buffer reachable, as the call does the pointer.
   * JavaCPP would copy a buffer on the heap.
   */
  private static Pointer address(ByteBuffer memory) {
    if (!memory.isDirect()) {
      throw new IllegalArgumentException("Host memory of a copy is a direct buffer");
    }
    return new Pointer(memory);
  }
}

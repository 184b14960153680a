package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.fake.FakeCuda;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * After an error that the context does not survive, everything fails at once with the first one.
 */
class FaultTest extends GpuCase {
  /** Queues a kernel that fails when its turn comes. */
  static void failingLaunch(DeviceContext gpu, Stream stream, IntMemory x) {
    stream.begin("cuLaunchKernel");
    try {
      long module =
          gpu.driver()
              .loadModule(
                  ".version 7.8\n.visible .entry fake_add_one()"
                      .getBytes(StandardCharsets.US_ASCII));
      long kernel = gpu.driver().function(module, "fake_add_one");
      ByteBuffer parameters = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
      parameters.putLong(x.address()).putInt(1);
      x.beforeWrite(stream);
      FakeCuda.failKernelAt(1, 700);
      gpu.driver().launch(kernel, 1, 1, 1, 1, 1, 1, 0, stream.handle(), parameters.array(), 12);
    } finally {
      stream.end();
    }
  }

  private static CudaFatalException assertFatal(ThrowingCallable call) {
    CudaFatalException e = catchThrowableOfType(CudaFatalException.class, call);
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(700);
    return e;
  }

  @Test
  void afterAFault_everyCallFailsWithTheFirst_andCloseDoesNot() {
    Stream stream = gpu.newStream();
    IntMemory x = gpu.ints(10);
    HostMemory host = gpu.hostMemory(4);
    Event event = stream.record();
    Graph graph = stream.capture(() -> x.fill(1, stream));
    ExecutableGraph work = graph.instantiate();
    failingLaunch(gpu, stream, x);
    CudaFatalException first = assertFatal(stream::synchronize);
    assertThat(gpu.healthy()).isFalse();
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          stream::synchronize,
          stream::record,
          stream::onDone,
          stream::isDone,
          event::isDone,
          event::synchronize,
          () -> x.fill(1),
          () -> x.copyFrom(new int[1], stream),
          () -> x.copyFrom(host, stream),
          x::toArray,
          () -> gpu.ints(1),
          () -> gpu.hostMemory(1),
          gpu::newStream,
          gpu::synchronize,
          gpu::trim,
          graph::instantiate,
          () -> work.launch(stream),
          () -> stream.capture(() -> {}),
        }) {
      assertThat(assertFatal(call)).hasCause(first).hasMessageContaining("cuStreamSynchronize");
    }
    x.close();
    host.close();
    event.close();
    work.close();
    graph.close();
    stream.close();
    gpu.close();
    gpu.close();
  }

  @Test
  void otherDevice_canBeUsedOn() {
    try (DeviceContext second = cuda.device(1).context(MemoryGrowth.grow());
        IntMemory y = second.ints(4)) {
      Stream stream = gpu.newStream();
      failingLaunch(gpu, stream, gpu.ints(10));
      assertFatal(stream::synchronize);
      y.fill(2);
      assertThat(y.toArray()).containsOnly(2);
      assertThat(second.healthy()).isTrue();
    }
  }

  @Test
  void faultThatShowsInClose_isThrownOnce() {
    Stream stream = gpu.newStream();
    failingLaunch(gpu, stream, gpu.ints(10));
    assertFatal(gpu::close);
    gpu.close();
  }
}

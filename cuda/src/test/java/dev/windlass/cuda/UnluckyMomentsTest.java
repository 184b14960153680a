package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaDriverProvider;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.memory.DeviceAllocator;
import dev.windlass.cuda.memory.LeakDetector;
import dev.windlass.cuda.memory.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens between two steps of another thread, and what fails half way. */
class UnluckyMomentsTest extends GpuCase {
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
          });

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static <T> T get(Future<T> result) throws Exception {
    return result.get(20, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void until(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(1))
        .until(condition);
  }

  @Test
  void largeCopiesToTheHost_allAtOnce_doNotWaitForEachOthersStaging() throws Exception {
    try (ByteMemory x = gpu.bytes(2 * Staging.LARGE + 5)) {
      x.fill((byte) 7);
      List<Future<byte[]>> copies = new ArrayList<>();
      gpu.order.lock();
      try {
        for (int i = 0; i < 8; i++) {
          copies.add(threads.submit(x::toArray));
        }
        until(() -> gpu.order.getQueueLength() == 8); // each has the staging for its first part
      } finally {
        gpu.order.unlock();
      }
      for (Future<byte[]> copy : copies) {
        assertThat(get(copy)).hasSize(2 * Staging.LARGE + 5).containsOnly(7);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void memoryThatIsAllocated_whileACaptureBegins_isNoPartOfIt(boolean used) throws Exception {
    CountDownLatch allocated = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    MemoryGrowth slow =
        MemoryGrowth.grow()
            .with(
                inner -> {
                  DeviceAllocator part = mock(DeviceAllocator.class, delegatesTo(inner));
                  doAnswer(
                          call -> {
                            long a = inner.allocate(call.getArgument(0), call.getArgument(1));
                            allocated.countDown();
                            await(goOn);
                            return a;
                          })
                      .when(part)
                      .allocate(anyLong(), anyLong());
                  return part;
                });
    try (DeviceContext context = cuda.device(0).context(slow);
        Stream stream = context.newStream();
        Stream other = context.newStream()) {
      Future<IntMemory> memory = threads.submit(() -> context.ints(10, stream));
      await(allocated);
      Future<Graph> graph =
          threads.submit(
              () ->
                  stream.capture(
                      () -> {
                        try (IntMemory x = get(memory)) {
                          if (used) {
                            x.fill(3, other);
                          }
                        } catch (Exception e) {
                          throw new AssertionError(e);
                        }
                      }));
      until(
          () -> {
            boolean open = stream.lane().hold();
            if (open) {
              stream.lane().release();
            }
            return !open;
          });
      goOn.countDown();
      try (Graph empty = get(graph);
          ExecutableGraph work = empty.instantiate()) {
        assertThat(empty.nodes()).isZero();
        work.launch(stream);
      }
    }
  }

  @Test
  void partThatFails_whenAContextIsOpened_leavesNothing() {
    MemoryGrowth growth =
        MemoryGrowth.grow()
            .reserve(0.1)
            .with(Statistics::new)
            .with(
                inner -> {
                  throw new IllegalStateException("own");
                });
    assertThatThrownBy(() -> cuda.device(0).context(growth)).hasMessage("own");
  }

  @Test
  void leakPropertyThatIsWrong_leavesNothing() {
    System.setProperty(LeakDetector.PROPERTY, "some");
    try {
      assertThatThrownBy(this::context).hasMessageContaining(LeakDetector.PROPERTY);
    } finally {
      System.clearProperty(LeakDetector.PROPERTY);
    }
    assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(1);
    FakeCuda.failAt("cuStreamCreate", 1, 2);
    assertThatThrownBy(this::context).isInstanceOf(CudaException.class);
  }

  @Test
  void close_goesOn_afterAHandleThatCannotBeGivenBack() {
    DeviceContext other = context();
    Event event = other.newStream().record();
    Graph graph = other.newStream().capture(() -> {});
    IntMemory x = other.ints(new int[] {1});
    long notGivenBack = event.handle();
    FakeCuda.failAt("cuEventDestroy_v2", 1, 1);
    assertThatThrownBy(other::close)
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cuEventDestroy");
    assertThat(FakeCuda.live(FakeCuda.Kind.GRAPH)).isZero();
    assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(1);
    assertThat(FakeCuda.live(FakeCuda.Kind.HOST_MEMORY)).isZero();
    x.close();
    graph.close();
    event.close();
    gpu.bind();
    gpu.driver().destroyEvent(notGivenBack);
  }

  @Test
  void close_findsNothingLost_ofWhatTheContextMadeForItself() {
    DeviceContext other = context();
    try (ShortMemory x = other.shorts(new short[] {1, 2})) {
      x.fill((short) 3);
      assertThat(other.load(KernelTest.ptx("plain")).kernel("saxpy").maxThreadsPerBlock())
          .isPositive();
      other.synchronize();
    }
    assertThat(other.leaks().summary()).extracting(LeakDetector.Group::what).containsOnly("module");
    other.close();
    assertThat(other.leaks().summary()).isEmpty();
  }

  @Test
  void placeOfLargeMemory_isAlwaysRecorded() {
    try (ByteMemory x = gpu.bytes(1 << 20)) {
      assertThat(x.length()).isEqualTo(1 << 20);
      assertThat(gpu.leaks().summary().get(0).place()).isNotEmpty();
    }
  }

  @Test
  void streamThatIsClosed_whileAThreadWaitsForIt_isDestroyedAfterThat() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Stream stream = gpu.newStream();
    stream.begin("cuLaunchHostFunc");
    gpu.driver().launchHostFunction(stream.handle(), () -> await(goOn));
    stream.end();
    long before = stream.lane().epoch();
    Future<?> waiting = threads.submit(stream::synchronize);
    until(() -> stream.lane().epoch() > before);
    stream.close();
    assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(2);
    goOn.countDown();
    get(waiting);
    assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isEqualTo(1);
  }

  @Test
  void eventThatIsClosed_whileAThreadWaitsForIt_isDestroyedAfterThat() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Stream stream = gpu.newStream()) {
      stream.begin("cuLaunchHostFunc");
      gpu.driver().launchHostFunction(stream.handle(), () -> await(goOn));
      stream.end();
      Event event = stream.record();
      CountDownLatch started = new CountDownLatch(1);
      Future<?> waiting;
      gpu.order.lock();
      try {
        waiting =
            threads.submit(
                () -> {
                  started.countDown();
                  event.synchronize();
                });
        await(started);
        until(() -> gpu.order.hasQueuedThreads()); // it asks whether the event is open
      } finally {
        gpu.order.unlock();
      }
      until(() -> event.users() == 2);
      long live = FakeCuda.live(FakeCuda.Kind.EVENT);
      event.close();
      assertThat(FakeCuda.live(FakeCuda.Kind.EVENT)).isEqualTo(live);
      goOn.countDown();
      get(waiting);
      assertThat(FakeCuda.live(FakeCuda.Kind.EVENT)).isEqualTo(live - 1);
    }
  }

  @Test
  void handle_isNotGivenBack_whileWorkWithItIsQueued() throws Exception {
    try (Stream stream = gpu.newStream();
        Graph graph = stream.capture(() -> {})) {
      ExecutableGraph work = graph.instantiate();
      Future<?> closing;
      stream.begin("cuGraphLaunch"); // as a launch does
      try {
        closing = threads.submit(work::close);
        until(() -> gpu.order.hasQueuedThreads());
        assertThat(FakeCuda.live(FakeCuda.Kind.GRAPH_EXECUTABLE)).isEqualTo(1);
      } finally {
        stream.end();
      }
      get(closing);
      assertThat(FakeCuda.live(FakeCuda.Kind.GRAPH_EXECUTABLE)).isZero();
    }
  }

  @Test
  void lookAfterStages_thatComesLate_makesNoCallInAClosedContext() {
    CudaDriver driver = mock(CudaDriver.class, delegatesTo(cuda.driver()));
    CudaDriverProvider provider =
        new CudaDriverProvider() {
          @Override
          public String name() {
            return "counted";
          }

          @Override
          public Optional<Unavailable> obstacle(CudaEnvironment environment) {
            return Optional.empty();
          }

          @Override
          public CudaDriver load() {
            return driver;
          }
        };
    CountDownLatch goOn = new CountDownLatch(1);
    DeviceContext context =
        Cuda.open(FakeCuda.environment(), List.of(provider)).device(0).context(MemoryGrowth.grow());
    Stream stream = context.newStream();
    stream.begin("cuLaunchHostFunc");
    driver.launchHostFunction(stream.handle(), () -> await(goOn));
    stream.end();
    context.order.lock();
    try {
      assertThat(stream.onDone()).isNotNull();
      until(() -> context.order.hasQueuedThreads());
      goOn.countDown();
      context.close();
      clearInvocations(driver);
    } finally {
      context.order.unlock();
    }
    until(() -> !context.order.hasQueuedThreads());
    context.order.lock(); // after the look
    try {
      verify(driver, never()).isStreamDone(anyLong());
    } finally {
      context.order.unlock();
    }
  }
}

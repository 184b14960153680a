package dev.windlass.benchmarks.launch;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.DeviceContext;
import dev.windlass.cuda.FloatMemory;
import dev.windlass.cuda.Kernel;
import dev.windlass.cuda.LaunchConfig;
import dev.windlass.cuda.MemoryGrowth;
import dev.windlass.cuda.Module;
import dev.windlass.cuda.PreparedLaunch;
import dev.windlass.cuda.Stream;
import dev.windlass.cuda.driver.CudaDriver;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One launch of {@code saxpy(x, y, n, a)} with four blocks of 256 threads, all to the same function
 * of the same driver library. Each call sets the count anew, as a loop over batches does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@NullUnmarked // fields are made by setUp
public class LaunchBenchmark {
  private static final int BYTES = 24;
  private static final int COUNT_AT = 16;
  private static final String PTX =
      """
      .version 9.1
      .target sm_75
      .address_size 64
      .visible .entry saxpy(.param .u64 x, .param .u64 y, .param .u32 n, .param .f32 a)
      {
        .reg .f32 %f<5>;
        .reg .b64 %rd<5>;
        ld.param.u64 %rd1, [x];
        ld.param.u64 %rd2, [y];
        ld.param.f32 %f1, [a];
        cvta.to.global.u64 %rd3, %rd1;
        cvta.to.global.u64 %rd4, %rd2;
        ld.global.f32 %f2, [%rd3];
        ld.global.f32 %f3, [%rd4];
        fma.rn.f32 %f4, %f2, %f1, %f3;
        st.global.f32 [%rd4], %f4;
        ret;
      }
      """;
  private static final MethodHandle FOREIGN = ForeignLaunch.LAUNCH;

  private final byte[] array = new byte[BYTES];
  private final ByteBuffer bytes = ByteBuffer.wrap(array).order(ByteOrder.nativeOrder());
  private int n;

  private CudaDriver driver;
  private long function;

  private DeviceContext gpu;
  private Stream stream;
  private FloatMemory x;
  private FloatMemory y;
  private Module module;
  private Kernel kernel;
  private LaunchConfig config;
  private PreparedLaunch prepared;

  private ByteBuffer block;
  private ByteBuffer list;
  private CUfunc_st rawFunction;
  private CUstream_st rawStream;
  private PointerPointer<Pointer> rawExtra;
  private long extraAddress;

  private CUfunction jcudaFunction;
  private CUstream jcudaStream;
  private int[] jcudaCount;
  private jcuda.Pointer jcudaParameters;
  private ByteBuffer pointers;
  private jcuda.Pointer jcudaNativeParameters;

  /** Makes ready what a program would, once, before its loop. */
  @Setup
  public void setUp() {
    Cuda cuda = Cuda.open();
    gpu = cuda.device(0).context(MemoryGrowth.grow());
    stream = gpu.newStream();
    x = gpu.floats(1000);
    y = gpu.floats(1000);
    module = gpu.load(PTX);
    kernel = module.kernel("saxpy");
    config = LaunchConfig.of(4, 256);
    prepared = kernel.prepare(config, x, y, 0, 2f);
    driver = cuda.driver();
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    function = driver.function(driver.loadModule(PTX.getBytes(StandardCharsets.US_ASCII)), "saxpy");
    fill(bytes);
    setUpRaw();
    setUpJCuda();
  }

  /** Gives back what ours took. */
  @TearDown
  public void tearDown() {
    module.close();
    x.close();
    y.close();
    stream.close();
    gpu.close();
  }

  private void setUpRaw() {
    block = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    list = ByteBuffer.allocateDirect(6 * Long.BYTES).order(ByteOrder.nativeOrder());
    fill(block);
    rawExtra = new PointerPointer<>(new Pointer(list));
    extraAddress = rawExtra.address();
    list.putLong(0, 1).putLong(8, new Pointer(block).address());
    list.putLong(16, 2).putLong(24, extraAddress + 40).putLong(32, 0).putLong(40, BYTES);
    rawFunction = new At(function);
    rawStream = new CUstream_st((Pointer) null);
  }

  private void setUpJCuda() {
    JCudaDriver.setExceptionsEnabled(true);
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    CUcontext context = new CUcontext();
    JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    JCudaDriver.cuCtxSetCurrent(context);
    CUmodule module = new CUmodule();
    JCudaDriver.cuModuleLoadData(module, PTX + '\0');
    jcudaFunction = new CUfunction();
    JCudaDriver.cuModuleGetFunction(jcudaFunction, module, "saxpy");
    jcudaStream = new CUstream();
    jcudaCount = new int[1];
    jcudaParameters =
        jcuda.Pointer.to(
            jcuda.Pointer.to(new long[] {0x7f0000000000L}),
            jcuda.Pointer.to(new long[] {0x7f0000100000L}),
            jcuda.Pointer.to(jcudaCount),
            jcuda.Pointer.to(new float[] {2.0f}));
    long at = new Pointer(block).address();
    pointers = ByteBuffer.allocateDirect(4 * Long.BYTES).order(ByteOrder.nativeOrder());
    pointers.putLong(0, at).putLong(8, at + 8).putLong(16, at + COUNT_AT).putLong(24, at + 20);
    jcudaNativeParameters = jcuda.Pointer.to(pointers);
  }

  private static void fill(ByteBuffer to) {
    to.putLong(0, 0x7f0000000000L).putLong(8, 0x7f0000100000L).putInt(COUNT_AT, 0).putFloat(20, 2f);
  }

  /** {@link PreparedLaunch#launch}, of which one argument changes. */
  @Benchmark
  public void prepared() {
    prepared.set(2, n++).launch(stream);
  }

  /** {@link Kernel#launch}, with all arguments checked each time. */
  @Benchmark
  public void kernel() {
    kernel.launch(stream, config, x, y, n++, 2f);
  }

  /** {@link CudaDriver#launch}, with the parameters' bytes laid out by the caller. */
  @Benchmark
  public void driver() {
    bytes.putInt(COUNT_AT, n++);
    driver.launch(function, 4, 1, 1, 256, 1, 1, 0, 0, array, BYTES);
  }

  /** JavaCPP's method, with objects that are made once. */
  @Benchmark
  public int javacpp() {
    block.putInt(COUNT_AT, n++);
    return cuLaunchKernel(
        rawFunction, 4, 1, 1, 256, 1, 1, 0, rawStream, (PointerPointer<Pointer>) null, rawExtra);
  }

  /**
   * JCuda's method, with arguments in native memory, which it has less to do for than for arrays.
   */
  @Benchmark
  public int jcudaNative() {
    block.putInt(COUNT_AT, n++);
    return JCudaDriver.cuLaunchKernel(
        jcudaFunction, 4, 1, 1, 256, 1, 1, 0, jcudaStream, jcudaNativeParameters, null);
  }

  /** JCuda's method, with pointers to arrays that are made once. */
  @Benchmark
  public int jcuda() {
    jcudaCount[0] = n++;
    return JCudaDriver.cuLaunchKernel(
        jcudaFunction, 4, 1, 1, 256, 1, 1, 0, jcudaStream, jcudaParameters, null);
  }

  /** JCuda's method as its documentation has it: the pointers to arguments are made per launch. */
  @Benchmark
  public int jcudaAsDocumented() {
    return JCudaDriver.cuLaunchKernel(
        jcudaFunction,
        4,
        1,
        1,
        256,
        1,
        1,
        0,
        jcudaStream,
        jcuda.Pointer.to(
            jcuda.Pointer.to(new long[] {0x7f0000000000L}),
            jcuda.Pointer.to(new long[] {0x7f0000100000L}),
            jcuda.Pointer.to(new int[] {n++}),
            jcuda.Pointer.to(new float[] {2.0f})),
        null);
  }

  /** The JDK's foreign functions, from 22 on. */
  @Benchmark
  public int foreign() throws Throwable {
    block.putInt(COUNT_AT, n++);
    return (int) FOREIGN.invokeExact(function, 4, 1, 1, 256, 1, 1, 0, 0L, 0L, extraAddress);
  }

  private static final class At extends CUfunc_st {
    At(long handle) {
      super((Pointer) null);
      address = handle;
    }
  }
}

package dev.windlass.benchmarks.launch;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import dev.windlass.cuda.Cuda;
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
      ".version 9.1\n.target sm_90\n.address_size 64\n"
          + ".visible .entry saxpy(.param .u64 x, .param .u64 y, .param .u32 n, .param .f32 a) {"
          + " ret; }\n";
  private static final MethodHandle FOREIGN = ForeignLaunch.LAUNCH;

  private final byte[] array = new byte[BYTES];
  private final ByteBuffer bytes = ByteBuffer.wrap(array).order(ByteOrder.nativeOrder());
  private int n;

  private CudaDriver driver;
  private long function;

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

  /** Makes ready what a program would, once, before its loop. */
  @Setup
  public void setUp() {
    driver = Cuda.open().driver();
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    function = driver.function(driver.loadModule(PTX.getBytes(StandardCharsets.US_ASCII)), "saxpy");
    fill(bytes);
    setUpRaw();
    setUpJCuda();
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
  }

  private static void fill(ByteBuffer to) {
    to.putLong(0, 0x7f0000000000L).putLong(8, 0x7f0000100000L).putInt(COUNT_AT, 0).putFloat(20, 2f);
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

  /** JCuda's method, with objects that are made once. */
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

package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.FunctionAttribute;
import dev.windlass.cuda.ptx.KernelSignature;
import dev.windlass.cuda.ptx.LaunchBounds;
import org.jspecify.annotations.Nullable;

/**
 * A function that runs on the device. Had from {@link Module#kernel}.
 *
 * <p><b>Arguments.</b> They are checked against the kernel's signature before anything native sees
 * them:
 *
 * <table>
 * <caption>What Java passes for what</caption>
 * <tr><th>C++</th><th>Java</th></tr>
 * <tr><td>{@code int}, {@code unsigned}</td><td>{@code int}</td></tr>
 * <tr><td>{@code long}, {@code long long}, {@code size_t}</td><td>{@code long}</td></tr>
 * <tr><td>{@code short}; {@code char}, {@code bool}</td><td>{@code short}, {@code char}; {@code
 * byte}, {@code boolean}</td></tr>
 * <tr><td>{@code float}; {@code double}</td><td>the same</td></tr>
 * <tr><td>{@code __half}</td><td>{@code short} with its bits</td></tr>
 * <tr><td>{@code float*}, ...</td><td>{@link FloatMemory}, ...; {@link ByteMemory} for any; {@link
 * KernelArgument} for what does not fit</td></tr>
 * <tr><td>a struct</td><td>a record with the same components in the same order, in which memory is
 * a pointer; or its bytes as a {@code byte[]}</td></tr>
 * </table>
 *
 * <p>Numbers must have the parameter's width and class; nothing is converted. Where the code is the
 * only source of the signature, it may not tell what a pointer points to; then memory of any type
 * with that width is taken.
 *
 * <p><b>Order.</b> A launch waits, on the device, for what other streams do with the same memory,
 * as far as the kernel's own use of it conflicts: that is read from the code, parameter by
 * parameter. Memory in a struct is taken to be read and written.
 *
 * <p>Safe for use by many threads. It ends with its module.
 */
public final class Kernel {
  private final Module module;
  private final DeviceContext context;
  private final CudaDriver driver;
  private final long function;
  private final KernelSignature signature;
  private final KernelLimits limits;
  private final Arguments arguments; // of a launch that is under way; guarded by the context's lock

  /** With the context current and its lock held. */
  Kernel(Module module, long function, KernelSignature signature) {
    this.module = module;
    this.context = module.context();
    this.driver = context.driver();
    this.function = function;
    this.signature = signature;
    this.limits = new KernelLimits(name(), context, function, signature.bounds());
    this.arguments = new Arguments(context, signature);
  }

  /** Its name in C++ where that can be told, without parameters; else its name in the code. */
  public String name() {
    return signature.cppName().orElse(signature.name());
  }

  /** What it takes, as far as it is known. */
  public KernelSignature signature() {
    return signature;
  }

  /** The context that it was loaded in. */
  public DeviceContext context() {
    return context;
  }

  /** Threads that a block may have. */
  public int maxThreadsPerBlock() {
    return limits.maxThreads();
  }

  /**
   * What the driver says of the kernel: registers, local and shared memory.
   *
   * @throws CudaException if the driver fails
   */
  public int attribute(FunctionAttribute attribute) {
    return locked("cuFuncGetAttribute", () -> driver.functionAttribute(function, attribute));
  }

  private interface Call {
    int make();
  }

  private int locked(String call, Call what) {
    context.order.lock();
    try {
      context.check(call);
      module.check();
      context.bind();
      return what.make();
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  /**
   * A shape with a thread for each of n elements: blocks of the size that fills the device best,
   * and as many as cover n. The kernel must check its index against n. A kernel that was compiled
   * for blocks of one size gets these.
   *
   * @param n 0 or more; for 0 it is one block
   */
  public LaunchConfig gridFor(long n) {
    int block = bestBlock();
    LaunchConfig line = LaunchConfig.of(blocksFor(n, block, Integer.MAX_VALUE), block);
    return signature
        .bounds()
        .requiredBlock()
        .map(size -> line.withBlock(size.x(), size.y(), size.z()))
        .orElse(line);
  }

  /**
   * A shape with a thread for each element of a plane. Blocks are a warp wide, so that threads side
   * by side read side by side.
   *
   * @param x elements along x, 0 or more
   * @param y elements along y, 0 or more; along x there may be more
   */
  public LaunchConfig gridFor(long x, long y) {
    int best = bestBlock();
    int warp = Math.min(best, context.properties().limits().warpSize());
    LaunchBounds.Size block =
        signature
            .bounds()
            .requiredBlock()
            .orElseGet(() -> new LaunchBounds.Size(warp, Math.max(1, best / warp), 1));
    return LaunchConfig.of(1, 1)
        .withBlock(block.x(), block.y(), block.z())
        .withGrid(blocksFor(x, block.x(), Integer.MAX_VALUE), blocksFor(y, block.y(), 65535), 1);
  }

  private int bestBlock() {
    return locked("cuOccupancyMaxPotentialBlockSize", () -> limits.bestBlock(0));
  }

  private int blocksFor(long n, int block, int most) {
    long blocks = Math.max(1, n / block + (n % block == 0 ? 0 : 1));
    if (n < 0 || blocks > most) {
      throw new InvalidUseException(
          "making a grid for kernel '" + name() + "'",
          n < 0
              ? "there are " + n + " elements"
              : "%d elements need %d blocks of %d, and a grid has %d at most"
                  .formatted(n, blocks, block, most),
          "Let each thread do several elements in a loop");
    }
    return (int) blocks;
  }

  /**
   * Queues a launch on a stream.
   *
   * @param stream of this context
   * @param config the shape
   * @param values one for each parameter
   * @throws InvalidUseException if an argument does not fit its parameter, the shape does not fit
   *     kernel and device, or something is closed or of another context
   * @throws CudaException if the driver refuses
   */
  public void launch(Stream stream, LaunchConfig config, Object... values) {
    checkStream(stream);
    stream.begin("cuLaunchKernel");
    try {
      arguments.setAll(values);
      queue(stream, config, arguments);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      arguments.clear(); // lost memory must not be held by a kernel that once had it
      stream.end();
    }
  }

  /**
   * A launch to be made many times. It holds on to the memory among its arguments.
   *
   * @param config the shape
   * @param values one for each parameter, or none to set them later
   * @throws InvalidUseException if an argument does not fit its parameter
   */
  public PreparedLaunch prepare(LaunchConfig config, Object... values) {
    Arguments prepared = new Arguments(context, signature);
    if (values == null || values.length > 0) {
      prepared.setAll(values);
    }
    return new PreparedLaunch(this, config, prepared);
  }

  void checkStream(@Nullable Stream stream) {
    if (stream == null || stream.context() != context) {
      Stream ignored = Stream.check(stream, context, "launching kernel '" + name() + "'");
    }
  }

  /** Queues a launch, between {@link Stream#begin} and {@link Stream#end}. */
  void queue(Stream stream, LaunchConfig c, Arguments a) {
    module.before(stream);
    limits.check(c);
    a.before(stream);
    byte[] block = a.block();
    if (c.isPlain()) {
      driver.launch(
          function,
          c.gridX(),
          c.gridY(),
          c.gridZ(),
          c.blockX(),
          c.blockY(),
          c.blockZ(),
          c.dynamicSharedBytes(),
          stream.handle(),
          block,
          block.length);
    } else {
      driver.launchEx(
          function,
          c.gridX(),
          c.gridY(),
          c.gridZ(),
          c.blockX(),
          c.blockY(),
          c.blockZ(),
          c.dynamicSharedBytes(),
          stream.handle(),
          c.cooperative(),
          c.clusterX(),
          c.clusterY(),
          c.clusterZ(),
          block,
          block.length);
    }
  }

  /** The kernel as it would be declared. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name()).append('(');
    signature
        .parameters()
        .forEach(p -> text.append(p.index() == 0 ? "" : ", ").append(ParameterText.of(p)));
    return text.append(')').toString();
  }
}

package dev.windlass.cuda;

import dev.windlass.cuda.driver.CudaException;

/**
 * A launch whose arguments are checked and laid out already, for hot loops: {@link #launch} makes
 * no objects, and neither does {@link #set} for a number or memory. Had from {@link
 * Kernel#prepare}.
 *
 * <p>For one thread at a time. It holds on to the memory among its arguments; that memory may be
 * closed meanwhile, and then the launch fails.
 */
public final class PreparedLaunch {
  private final Kernel kernel;
  private final Arguments arguments;
  private LaunchConfig config;

  PreparedLaunch(Kernel kernel, LaunchConfig config, Arguments arguments) {
    this.kernel = kernel;
    this.config = config;
    this.arguments = arguments;
  }

  /** The kernel. */
  public Kernel kernel() {
    return kernel;
  }

  /** Sets the shape of the launches from now on. */
  public PreparedLaunch config(LaunchConfig newConfig) {
    config = newConfig;
    return this;
  }

  /**
   * Sets an argument.
   *
   * @param index from 0
   * @throws InvalidUseException if it does not fit the parameter; then the argument is as it was
   */
  public PreparedLaunch set(int index, int value) {
    arguments.set(index, value);
    return this;
  }

  /** Sets an argument, as {@link #set(int, int)}. */
  public PreparedLaunch set(int index, long value) {
    arguments.set(index, value);
    return this;
  }

  /** Sets an argument, as {@link #set(int, int)}. */
  public PreparedLaunch set(int index, float value) {
    arguments.set(index, value);
    return this;
  }

  /** Sets an argument, as {@link #set(int, int)}. */
  public PreparedLaunch set(int index, double value) {
    arguments.set(index, value);
    return this;
  }

  /** Sets an argument, as {@link #set(int, int)}. */
  public PreparedLaunch set(int index, DeviceMemory value) {
    arguments.set(index, value);
    return this;
  }

  /** Sets an argument of any other kind, as {@link #set(int, int)}: a record, for example. */
  public PreparedLaunch set(int index, Object value) {
    arguments.set(index, value);
    return this;
  }

  /**
   * Queues the launch on a stream, with the arguments as they are now.
   *
   * @throws InvalidUseException if an argument was never set, the shape does not fit kernel and
   *     device, or something is closed or of another context
   * @throws CudaException if the driver refuses
   */
  public void launch(Stream stream) {
    kernel.checkStream(stream);
    stream.begin("cuLaunchKernel");
    try {
      kernel.queue(stream, config, arguments);
    } catch (CudaException e) {
      throw kernel.context().failed(e);
    } finally {
      stream.end();
    }
  }
}

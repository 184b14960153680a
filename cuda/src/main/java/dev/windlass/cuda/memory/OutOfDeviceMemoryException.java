package dev.windlass.cuda.memory;

import dev.windlass.core.WindlassException;
import org.jspecify.annotations.Nullable;

/**
 * Device memory was asked for and could not be had. The message has a table of who holds what, and
 * what to change, worked out from how things are set: it never advises what is already so.
 *
 * <p>Before this is thrown, cached memory has been reclaimed, and failure callbacks have been
 * asked. The allocator is as it was, and can be used on.
 */
public final class OutOfDeviceMemoryException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private final transient MemoryBreakdown breakdown;

  /** Makes the exception. */
  public OutOfDeviceMemoryException(MemoryBreakdown breakdown) {
    this(breakdown, null);
  }

  /**
   * Makes the exception.
   *
   * @param breakdown who holds what
   * @param cause what the driver said, if it was asked
   */
  public OutOfDeviceMemoryException(MemoryBreakdown breakdown, @Nullable Throwable cause) {
    super(
        "allocating " + Bytes.text(breakdown.asked()) + " of device memory",
        "there is not enough\n" + BreakdownText.table(breakdown),
        BreakdownText.remedy(breakdown),
        cause);
    this.breakdown = breakdown;
  }

  /** Who held what when the allocation failed. */
  public MemoryBreakdown breakdown() {
    return breakdown;
  }

  /** The same failure with a fuller breakdown: same stack, same cause, same suppressed. */
  public OutOfDeviceMemoryException with(MemoryBreakdown fuller) {
    OutOfDeviceMemoryException e = new OutOfDeviceMemoryException(fuller, getCause());
    e.setStackTrace(getStackTrace());
    for (Throwable suppressed : getSuppressed()) {
      e.addSuppressed(suppressed);
    }
    return e;
  }
}

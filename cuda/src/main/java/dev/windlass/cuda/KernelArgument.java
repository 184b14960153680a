package dev.windlass.cuda;

/**
 * An argument of a launch that says how it is to be taken, where the value alone does not fit its
 * parameter.
 */
public sealed interface KernelArgument {
  /**
   * Memory for a pointer to elements of another type: to {@code float4} as ints, for example. Only
   * the type is not checked; use and order are as for the memory itself.
   */
  static KernelArgument untyped(DeviceMemory memory) {
    return new Untyped(memory);
  }

  /** The null pointer. */
  static KernelArgument nullPointer() {
    return new Address(0);
  }

  /**
   * An address on the device. Nothing is checked, and what is behind it has no part in the
   * automatic order of streams.
   */
  static KernelArgument address(long address) {
    return new Address(address);
  }

  /**
   * See {@link #untyped}.
   *
   * @param memory the memory
   */
  record Untyped(DeviceMemory memory) implements KernelArgument {}

  /**
   * See {@link #address}.
   *
   * @param value the address
   */
  record Address(long value) implements KernelArgument {}
}

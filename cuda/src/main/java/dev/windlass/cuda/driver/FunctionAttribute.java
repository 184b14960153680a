package dev.windlass.cuda.driver;

/** Attributes of kernels, with the driver's names and numbers. */
public enum FunctionAttribute {
  MAX_THREADS_PER_BLOCK(0),
  /** Static shared memory, in bytes. */
  SHARED_SIZE_BYTES(1),
  CONST_SIZE_BYTES(2),
  /** Per thread; more than 0 mostly means that registers did not suffice. */
  LOCAL_SIZE_BYTES(3),
  NUM_REGS(4),
  /** The PTX that it was made from: 90 for 9.0. */
  PTX_VERSION(5),
  /** The architecture of the machine code: 90 for 9.0. */
  BINARY_VERSION(6),
  /** May be set: dynamic shared memory beyond 48 KiB has to be allowed first. */
  MAX_DYNAMIC_SHARED_SIZE_BYTES(8);

  private final int number;

  FunctionAttribute(int number) {
    this.number = number;
  }

  /** The driver's number. */
  public int number() {
    return number;
  }
}

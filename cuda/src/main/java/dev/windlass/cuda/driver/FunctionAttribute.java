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
  MAX_DYNAMIC_SHARED_SIZE_BYTES(8),
  /** May be set: the part of L1 to use as shared memory, in percent; -1 leaves it to the driver. */
  PREFERRED_SHARED_MEMORY_CARVEOUT(9),
  /** 1 if the kernel can only be launched in clusters. */
  CLUSTER_SIZE_MUST_BE_SET(10),
  /** Blocks of a cluster along x as compiled in; 0 if the launch says. */
  REQUIRED_CLUSTER_WIDTH(11),
  REQUIRED_CLUSTER_HEIGHT(12),
  REQUIRED_CLUSTER_DEPTH(13),
  /** May be set: 1 allows clusters of more than 8 blocks, which not every device has. */
  NON_PORTABLE_CLUSTER_SIZE_ALLOWED(14);

  private final int number;

  FunctionAttribute(int number) {
    this.number = number;
  }

  /** The driver's number. */
  public int number() {
    return number;
  }
}

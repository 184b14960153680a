package dev.windlass.cuda.driver;

/** Attributes of memory pools, in bytes, with the driver's names and numbers. */
public enum PoolAttribute {
  /** Above it a pool gives unused memory back at each synchronisation; the driver begins with 0. */
  RELEASE_THRESHOLD(4),
  RESERVED_MEM_CURRENT(5),
  RESERVED_MEM_HIGH(6),
  USED_MEM_CURRENT(7),
  USED_MEM_HIGH(8);

  private final int number;

  PoolAttribute(int number) {
    this.number = number;
  }

  /** The driver's number. */
  public int number() {
    return number;
  }
}

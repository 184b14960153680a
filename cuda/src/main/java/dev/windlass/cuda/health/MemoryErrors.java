package dev.windlass.cuda.health;

/**
 * The errors of a GPU's memory. Since the Ampere generation bad rows are remapped to spare ones;
 * before it, bad pages were retired. A GPU tells of the one that it does.
 *
 * @param sinceDriverStart errors since the driver was loaded
 * @param ever errors in the GPU's life
 * @param retiredPages pages taken out of use
 * @param remappedRows rows that spare ones stand in for
 * @param spareRows how many spare rows are left
 */
public record MemoryErrors(
    Reading<Ecc> sinceDriverStart,
    Reading<Ecc> ever,
    Reading<RetiredPages> retiredPages,
    Reading<RemappedRows> remappedRows,
    Reading<SpareRows> spareRows) {
  /**
   * Errors found by the memory's check bits.
   *
   * @param corrected no harm was done
   * @param uncorrected data were lost
   */
  public record Ecc(long corrected, long uncorrected) {}

  /**
   * Pages taken out of use.
   *
   * @param singleBit for several errors of one bit
   * @param doubleBit for an error of two bits
   * @param pending whether more are to be, at the GPU's next reset
   */
  public record RetiredPages(int singleBit, int doubleBit, boolean pending) {}

  /**
   * Rows that spare ones stand in for.
   *
   * @param corrected for corrected errors
   * @param uncorrected for uncorrected errors
   * @param pending whether more are to be, at the GPU's next reset
   * @param failed whether a row could not be remapped: the GPU is to be replaced
   */
  public record RemappedRows(int corrected, int uncorrected, boolean pending, boolean failed) {}

  /**
   * Banks of memory, by how many of their spare rows are left.
   *
   * @param all banks that have all
   * @param many banks that have many
   * @param some banks that have some
   * @param few banks that have few
   * @param none banks that have none
   */
  public record SpareRows(int all, int many, int some, int few, int none) {}
}

package dev.windlass.cuda.health;

/** What NVML tells of errors of a GPU's memory. */
public interface NvmlMemoryErrors {
  /** Pages were retired for several errors of one bit, with NVML's number. */
  int SINGLE_BIT = 0;

  /** Pages were retired for an error of two bits, with NVML's number. */
  int DOUBLE_BIT = 1;

  /**
   * {@code nvmlDeviceGetTotalEccErrors}.
   *
   * @param uncorrected those that were not corrected, else those that were
   * @param aggregate in the GPU's life, else since the driver was loaded
   */
  long eccErrors(long device, boolean uncorrected, boolean aggregate);

  /**
   * {@code nvmlDeviceGetRetiredPages}: how many.
   *
   * @param cause {@link #SINGLE_BIT} or {@link #DOUBLE_BIT}
   */
  int retiredPages(long device, int cause);

  /** {@code nvmlDeviceGetRetiredPagesPendingStatus}: whether a reset would retire more. */
  boolean retiredPagesPending(long device);

  /**
   * {@code nvmlDeviceGetRemappedRows}.
   *
   * @param counts takes: rows remapped for corrected errors, for uncorrected ones, 1 if a reset
   *     would remap more, 1 if a row could not be remapped
   */
  void remappedRows(long device, int[] counts);

  /**
   * {@code nvmlDeviceGetRowRemapperHistogram}.
   *
   * @param banks takes how many banks of memory have all, many, some, few, none of their spare rows
   */
  void remapHistogram(long device, int[] banks);
}

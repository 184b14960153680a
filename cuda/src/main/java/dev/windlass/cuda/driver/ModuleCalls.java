package dev.windlass.cuda.driver;

/** Loaded code, and its launch. */
public interface ModuleCalls {
  /**
   * {@code cuModuleLoadData}.
   *
   * @param image PTX text in ASCII, a cubin or a fatbin; a 0 byte is put after it
   */
  long loadModule(byte[] image);

  /** {@code cuModuleUnload}. */
  void unloadModule(long module);

  /** {@code cuModuleGetFunction}: a kernel by its (mangled) name. */
  long function(long module, String name);

  /** {@code cuFuncGetAttribute}. */
  int functionAttribute(long function, FunctionAttribute attribute);

  /** {@code cuFuncSetAttribute}. */
  void setFunctionAttribute(long function, FunctionAttribute attribute, int value);

  /** {@code cuOccupancyMaxActiveBlocksPerMultiprocessor}. */
  int activeBlocksPerMultiprocessor(long function, int blockSize, long dynamicSharedBytes);

  /**
   * {@code cuOccupancyMaxPotentialBlockSize}.
   *
   * @param blockLimit the largest block size to consider; 0: the function's own limit
   * @param gridAndBlock takes the least grid that fills the device, and the block size
   */
  void bestBlockSize(long function, long dynamicSharedBytes, int blockLimit, int[] gridAndBlock);

  /**
   * {@code cuLaunchKernel}. Returns when the launch is queued.
   *
   * @param parameters the parameters' bytes in native order, each at the offset that its alignment
   *     asks for, as PTX lays them out; copied before the call returns
   * @param parameterBytes how many of them count; 0 for a kernel without parameters
   */
  void launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int dynamicSharedBytes,
      long stream,
      byte[] parameters,
      int parameterBytes);
}

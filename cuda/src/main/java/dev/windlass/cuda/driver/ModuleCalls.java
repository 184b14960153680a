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

  /**
   * {@code cuFuncGetParamInfo} (drivers from CUDA 12.4): where a parameter of a kernel stands in
   * the block of parameters.
   *
   * @param index from 0
   * @param offsetAndBytes takes the two numbers
   * @return whether there is such a parameter; the first that is not ends the list
   */
  boolean functionParameter(long function, int index, long[] offsetAndBytes);

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

  /**
   * {@code cuLaunchKernelEx}: a launch whose blocks all run at once, or in clusters that share
   * their memory.
   *
   * @param cooperative whether all blocks run at once, so that they can wait for each other; error
   *     720 if the device does not hold that many
   * @param clusterX blocks of a cluster along x, of which the grid is a multiple; 0 for no clusters
   * @param clusterY the same along y
   * @param clusterZ the same along z
   * @param parameters as for {@link #launch}
   */
  void launchEx(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int dynamicSharedBytes,
      long stream,
      boolean cooperative,
      int clusterX,
      int clusterY,
      int clusterZ,
      byte[] parameters,
      int parameterBytes);

  /**
   * {@code cuOccupancyMaxActiveClusters}: how many clusters of that shape the device runs at once.
   *
   * @param blockSize threads of a block
   */
  int activeClusters(
      long function,
      int blockSize,
      int dynamicSharedBytes,
      int clusterX,
      int clusterY,
      int clusterZ);
}

package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.CUDA_ERROR_INVALID_VALUE;
import static org.bytedeco.cuda.global.cudart.cuFuncGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuFuncGetParamInfo;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernelEx;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cuOccupancyMaxActiveBlocksPerMultiprocessor;
import static org.bytedeco.cuda.global.cudart.cuOccupancyMaxActiveClusters;
import static org.bytedeco.cuda.global.cudart.cuOccupancyMaxPotentialBlockSize;

import dev.windlass.cuda.driver.FunctionAttribute;
import dev.windlass.cuda.driver.ModuleCalls;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** {@link ModuleCalls} by JavaCPP. */
interface JavacppModules extends ModuleCalls {
  @Override
  default long loadModule(byte[] image) {
    ByteBuffer copy = Scratch.direct(image.length + 1).put(0, image);
    Scratch.Module module = Scratch.get().module.at(0);
    check(cuModuleLoadData(module, new Pointer(copy)), "cuModuleLoadData");
    return module.address();
  }

  @Override
  default void unloadModule(long module) {
    check(cuModuleUnload(Scratch.get().module.at(module)), "cuModuleUnload");
  }

  @Override
  default long function(long module, String name) {
    Scratch scratch = Scratch.get();
    check(
        cuModuleGetFunction(scratch.function.at(0), scratch.module.at(module), name),
        "cuModuleGetFunction");
    return scratch.function.address();
  }

  @Override
  default int functionAttribute(long function, FunctionAttribute attribute) {
    Scratch scratch = Scratch.get();
    check(
        cuFuncGetAttribute(scratch.int1, attribute.number(), scratch.function.at(function)),
        "cuFuncGetAttribute");
    return scratch.int1[0];
  }

  @Override
  default void setFunctionAttribute(long function, FunctionAttribute attribute, int value) {
    check(
        cuFuncSetAttribute(Scratch.get().function.at(function), attribute.number(), value),
        "cuFuncSetAttribute");
  }

  @Override
  default boolean functionParameter(long function, int index, long[] offsetAndBytes) {
    Scratch scratch = Scratch.get();
    int code =
        cuFuncGetParamInfo(scratch.function.at(function), index, scratch.size1, scratch.size2);
    if (code == CUDA_ERROR_INVALID_VALUE) {
      return false;
    }
    check(code, "cuFuncGetParamInfo");
    offsetAndBytes[0] = scratch.size1();
    offsetAndBytes[1] = scratch.size2();
    return true;
  }

  @Override
  default int activeBlocksPerMultiprocessor(long function, int blockSize, long dynamicSharedBytes) {
    Scratch scratch = Scratch.get();
    check(
        cuOccupancyMaxActiveBlocksPerMultiprocessor(
            scratch.int1, scratch.function.at(function), blockSize, dynamicSharedBytes),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    return scratch.int1[0];
  }

  @Override
  default void bestBlockSize(
      long function, long dynamicSharedBytes, int blockLimit, int[] gridAndBlock) {
    Scratch scratch = Scratch.get();
    check(
        cuOccupancyMaxPotentialBlockSize(
            scratch.int1,
            scratch.int2,
            scratch.function.at(function),
            null,
            dynamicSharedBytes,
            blockLimit),
        "cuOccupancyMaxPotentialBlockSize");
    gridAndBlock[0] = scratch.int1[0];
    gridAndBlock[1] = scratch.int2[0];
  }

  @Override
  default void launch(
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
      int parameterBytes) {
    Scratch scratch = Scratch.get();
    @Nullable PointerPointer<Pointer> extra = scratch.extra(parameters, parameterBytes);
    if (ForeignCalls.available()) {
      check(
          ForeignCalls.launch(
              function,
              gridX,
              gridY,
              gridZ,
              blockX,
              blockY,
              blockZ,
              dynamicSharedBytes,
              stream,
              extra == null ? 0 : extra.address()),
          "cuLaunchKernel");
      return;
    }
    check(
        cuLaunchKernel(
            scratch.function.at(function),
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            blockZ,
            dynamicSharedBytes,
            scratch.stream.at(stream),
            (PointerPointer<Pointer>) null,
            extra),
        "cuLaunchKernel");
  }

  @Override
  default void launchEx(
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
      int parameterBytes) {
    Scratch scratch = Scratch.get();
    LaunchRecord launch = scratch.launch;
    launch.shape(gridX, gridY, gridZ, blockX, blockY, blockZ, dynamicSharedBytes, stream);
    launch.attributes(cooperative, clusterX, clusterY, clusterZ);
    check(
        cuLaunchKernelEx(
            launch.config,
            scratch.function.at(function),
            (PointerPointer<Pointer>) null,
            scratch.extra(parameters, parameterBytes)),
        "cuLaunchKernelEx");
  }

  @Override
  default int activeClusters(
      long function,
      int blockSize,
      int dynamicSharedBytes,
      int clusterX,
      int clusterY,
      int clusterZ) {
    Scratch scratch = Scratch.get();
    LaunchRecord launch = scratch.launch;
    launch.shape(clusterX, clusterY, clusterZ, blockSize, 1, 1, dynamicSharedBytes, 0);
    launch.attributes(false, clusterX, clusterY, clusterZ);
    check(
        cuOccupancyMaxActiveClusters(scratch.int1, scratch.function.at(function), launch.config),
        "cuOccupancyMaxActiveClusters");
    return scratch.int1[0];
  }
}

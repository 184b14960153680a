package dev.windlass.cuda.javacpp;

import static dev.windlass.cuda.javacpp.Scratch.check;
import static org.bytedeco.cuda.global.cudart.cuCtxGetCurrent;
import static org.bytedeco.cuda.global.cudart.cuCtxGetDevice;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuCtxSynchronize;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRelease;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;

import dev.windlass.cuda.driver.ContextCalls;

/** {@link ContextCalls} by JavaCPP. */
interface JavacppContexts extends ContextCalls {
  @Override
  default long retainPrimaryContext(int device) {
    Scratch.Context context = Scratch.get().context.at(0);
    check(cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    return context.address();
  }

  @Override
  default void releasePrimaryContext(int device) {
    check(cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
  }

  @Override
  default void setCurrentContext(long context) {
    check(
        ForeignCalls.available()
            ? ForeignCalls.setCurrentContext(context)
            : cuCtxSetCurrent(Scratch.get().context.at(context)),
        "cuCtxSetCurrent");
  }

  @Override
  default long currentContext() {
    Scratch.Context context = Scratch.get().context.at(0);
    check(cuCtxGetCurrent(context), "cuCtxGetCurrent");
    return context.address();
  }

  @Override
  default int contextDevice() {
    int[] device = Scratch.get().int1;
    check(cuCtxGetDevice(device), "cuCtxGetDevice");
    return device[0];
  }

  @Override
  default void synchronizeContext() {
    check(cuCtxSynchronize(), "cuCtxSynchronize");
  }
}

package dev.windlass.cuda.availability;

/** Why CUDA cannot be used here. */
public enum UnavailableReason {
  /** No CUDA driver is made for this operating system and processor. */
  UNSUPPORTED_PLATFORM,
  /** The jar with the native glue for this platform is not on the class path. */
  NATIVE_GLUE_MISSING,
  /** There is no {@code libcuda.so.1}. */
  NO_DRIVER_LIBRARY,
  /** The container was made with driver capabilities that leave out {@code compute}. */
  NO_COMPUTE_CAPABILITY,
  /** There is no {@code libcudart.so.13}. */
  NO_RUNTIME_LIBRARY,
  /** A library is there and cannot be loaded. */
  LIBRARY_NOT_LOADABLE,
  /** The {@code libcuda.so.1} that was loaded is the toolkit's stub for linking. */
  STUB_LIBRARY,
  /** The driver works, and there is no GPU. */
  NO_DEVICE,
  /** There is a GPU, it is set up for MIG, and has no instance. */
  MIG_WITHOUT_INSTANCE,
  /** There is a GPU, and {@code CUDA_VISIBLE_DEVICES} hides it. */
  DEVICES_HIDDEN,
  /** This user may not open the GPU's device files. */
  NO_PERMISSION,
  /** This container had a GPU and may no longer open it: it has to be made anew. */
  DEVICE_DETACHED,
  /** The driver knows only an older major version of CUDA. */
  DRIVER_TOO_OLD,
  /** Error 802: the fabric manager has not set up the links between the GPUs. */
  SYSTEM_NOT_READY,
  /** Error 803: the driver library and the kernel's driver are of different releases. */
  DRIVER_MISMATCH,
  /** Error 804: the image's compatibility library does not work with this GPU. */
  COMPATIBILITY_NOT_SUPPORTED,
  /** Errors 805 to 809: the multi-process service (MPS) refused. */
  MPS_REFUSED,
  /** Error 46: another process has the GPU for itself, or it is being reset. */
  DEVICE_BUSY,
  /** The driver failed to start for a reason that has no name of its own. */
  DRIVER_FAILED
}

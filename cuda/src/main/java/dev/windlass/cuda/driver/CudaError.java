package dev.windlass.cuda.driver;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The driver's errors that Windlass's calls can meet, in words. */
public enum CudaError {
  INVALID_VALUE(
      1,
      "an argument is out of range",
      "Check sizes, addresses and handles; an address may be of memory that was freed"),
  OUT_OF_MEMORY(
      2,
      "the device has not enough free memory",
      "Free memory, ask for less, or look at 'nvidia-smi' for who holds the rest"),
  NOT_INITIALIZED(3, "the driver was not initialised", "Open CUDA with Cuda.open() first"),
  DEINITIALIZED(4, "the driver is shutting down with its process", "Make no calls so late"),
  STUB_LIBRARY(
      34,
      "the driver library is the toolkit's stub",
      "Take the folder 'stubs' off LD_LIBRARY_PATH"),
  CALL_REQUIRES_NEWER_DRIVER(36, "this call needs a newer driver", "Update the driver on the node"),
  DEVICE_UNAVAILABLE(
      46,
      "the device is held by another process, or being reset",
      "Look for a process in exclusive mode on the node, and try again"),
  NO_DEVICE(
      100,
      "no CUDA device is there for this process",
      "Ask for a GPU, and look at CUDA_VISIBLE_DEVICES"),
  INVALID_DEVICE(101, "there is no such device", "Use an index below the number of devices"),
  INVALID_IMAGE(
      200, "the code is neither PTX nor a cubin", "Check that the file is whole and of that kind"),
  INVALID_CONTEXT(
      201,
      "the calling thread has no usable context",
      "Make the device's context current on this thread first"),
  NO_BINARY_FOR_GPU(
      209,
      "the code has no version for this device",
      "Compile for the device's compute capability, or deliver PTX as well"),
  ECC_UNCORRECTABLE(
      214, "the device's memory had an error that could not be corrected", "Replace the GPU"),
  INVALID_PTX(218, "the PTX is wrong", "Read the compiler's log for the line"),
  NVLINK_UNCORRECTABLE(
      220, "a link between GPUs had an error that could not be corrected", "Check the node"),
  JIT_COMPILER_NOT_FOUND(
      221,
      "the driver's PTX compiler is missing",
      "Add libnvidia-ptxjitcompiler.so.1 of the driver, or deliver machine code (a cubin)"),
  UNSUPPORTED_PTX_VERSION(
      222,
      "the PTX is of a newer CUDA than the driver knows",
      "Compile to machine code (a cubin) for the device, compile with a toolkit not newer than the"
          + " driver, or update the driver"),
  CONTAINED(
      226,
      "the device contained an error of its hardware or of a link",
      "Have the node's GPUs checked; the context is lost, so start a new process"),
  OPERATING_SYSTEM(304, "a call of the operating system failed", "Look at the kernel's log"),
  INVALID_HANDLE(
      400,
      "a stream, event, module or function is not one",
      "Check that it was not closed, and that it belongs to the current context"),
  ILLEGAL_STATE(401, "something is not in the state that the call needs", "Check the order"),
  NOT_FOUND(
      500,
      "there is nothing of that name",
      "Check the kernel's name; without extern \"C\" it is the mangled one"),
  ILLEGAL_ADDRESS(
      700,
      "a kernel read or wrote memory that is not its own",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  LAUNCH_OUT_OF_RESOURCES(
      701,
      "a launch needs more registers or shared memory than there are",
      "Use a smaller block, or compile with fewer registers per thread"),
  LAUNCH_TIMEOUT(
      702,
      "a kernel ran longer than the device allows",
      "Split the kernel; the context is lost, so start a new process"),
  CONTEXT_IS_DESTROYED(
      709, "the context is destroyed or lost", "Make no calls after closing it, or start anew"),
  ASSERT(710, "an assert in a kernel failed", "Read the message; start a new process"),
  HARDWARE_STACK_ERROR(
      714,
      "a kernel's call stack is damaged, or grew too large",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  ILLEGAL_INSTRUCTION(715, "a kernel met a broken instruction", "Start a new process"),
  MISALIGNED_ADDRESS(
      716,
      "a kernel used an address that its type does not allow",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  INVALID_ADDRESS_SPACE(
      717,
      "a kernel used an address of another kind of memory",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  INVALID_PC(
      718,
      "a kernel jumped to where no code is",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  LAUNCH_FAILED(
      719,
      "a kernel failed",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  COOPERATIVE_LAUNCH_TOO_LARGE(
      720, "a cooperative launch does not fit the device at once", "Use a smaller grid"),
  TENSOR_MEMORY_LEAK(
      721,
      "a kernel ended without freeing its tensor memory",
      "Correct the kernel; the context is lost, so start a new process"),
  NOT_PERMITTED(800, "this is not permitted here", "Check the rights of the process"),
  NOT_SUPPORTED(801, "the device or the system cannot do this", "Ask the device's attributes"),
  SYSTEM_NOT_READY(
      802, "the links between the GPUs are not set up", "Start nvidia-fabricmanager on the node"),
  SYSTEM_DRIVER_MISMATCH(
      803,
      "the driver library and the kernel's driver are of different releases",
      "Restart the node after a driver update; use no driver library of the image's own"),
  COMPAT_NOT_SUPPORTED_ON_DEVICE(
      804,
      "the compatibility library does not work with this GPU",
      "Take /usr/local/cuda/compat off LD_LIBRARY_PATH"),
  MPS_CONNECTION_FAILED(
      805, "the multi-process service did not answer", "Look at the MPS daemon's log"),
  MPS_RPC_FAILURE(
      806, "the multi-process service failed in a call", "Look at the MPS daemon's log"),
  MPS_SERVER_NOT_READY(
      807, "the multi-process service is not ready", "Try again; it may be starting"),
  MPS_MAX_CLIENTS_REACHED(
      808, "the multi-process service has no room for one more process", "End another process"),
  MPS_MAX_CONNECTIONS_REACHED(
      809, "the multi-process service has no room for one more connection", "End another process"),
  UNKNOWN(999, "the driver failed without a reason", "Look at the kernel's log on the node");

  private static final Map<Integer, CudaError> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(CudaError::code, Function.identity()));

  private final int code;
  private final String meaning;
  private final String remedy;

  CudaError(int code, String meaning, String remedy) {
    this.code = code;
    this.meaning = meaning;
    this.remedy = remedy;
  }

  /** The error of a number that the driver returned, if it is known here. */
  public static Optional<CudaError> of(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /** The driver's number. */
  public int code() {
    return code;
  }

  /** What it means, as a clause. */
  public String meaning() {
    return meaning;
  }

  /** What to do, without the last full stop. */
  public String remedy() {
    return remedy;
  }

  /**
   * Whether the context is lost with it: the driver returns it again for every later call. These
   * are the errors of which CUDA's reference says that the process must be ended, and those after
   * which in practice nothing works.
   */
  public boolean sticky() {
    return switch (this) {
      case ECC_UNCORRECTABLE,
          NVLINK_UNCORRECTABLE,
          CONTAINED,
          ILLEGAL_ADDRESS,
          LAUNCH_TIMEOUT,
          CONTEXT_IS_DESTROYED,
          ASSERT,
          HARDWARE_STACK_ERROR,
          ILLEGAL_INSTRUCTION,
          MISALIGNED_ADDRESS,
          INVALID_ADDRESS_SPACE,
          INVALID_PC,
          LAUNCH_FAILED,
          TENSOR_MEMORY_LEAK,
          UNKNOWN ->
          true;
      default -> false;
    };
  }

  /** The driver's name, for example {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  @Override
  public String toString() {
    return "CUDA_ERROR_" + name();
  }
}

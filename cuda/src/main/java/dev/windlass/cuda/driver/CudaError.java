package dev.windlass.cuda.driver;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The driver's errors in words: all values of {@code CUresult} that CUDA 13.1 has, but success.
 *
 * <p>After a {@link #sticky()} one the context is lost: every later call in it returns the same
 * error, and only a new process gets a usable one.
 */
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
  PROFILER_DISABLED(
      5, "profiling is disabled for this process", "Run without a profiler that holds the device"),
  PROFILER_NOT_INITIALIZED(
      6,
      "profiling was not initialised",
      "Leave the call out; it has had no effect since CUDA 5.0"),
  PROFILER_ALREADY_STARTED(
      7, "profiling is on already", "Leave the call out; it has had no effect since CUDA 5.0"),
  PROFILER_ALREADY_STOPPED(
      8, "profiling is off already", "Leave the call out; it has had no effect since CUDA 5.0"),
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
  DEVICE_NOT_LICENSED(
      102, "the device has no licence for compute", "Look at the vGPU licence of the node"),
  INVALID_IMAGE(
      200, "the code is neither PTX nor a cubin", "Check that the file is whole and of that kind"),
  INVALID_CONTEXT(
      201,
      "the calling thread has no usable context",
      "Make the device's context current on this thread first"),
  CONTEXT_ALREADY_CURRENT(202, "the context is current already", "Leave the call out"),
  MAP_FAILED(
      205, "memory could not be mapped", "Check that the range is reserved and not mapped yet"),
  UNMAP_FAILED(
      206, "memory could not be unmapped", "Check that the range is that of whole mappings"),
  ARRAY_IS_MAPPED(207, "the array is mapped, so it cannot be destroyed", "Unmap it first"),
  ALREADY_MAPPED(208, "the resource is mapped already", "Unmap it first"),
  NO_BINARY_FOR_GPU(
      209,
      "the code has no version for this device",
      "Compile for the device's compute capability, or deliver PTX as well"),
  ALREADY_ACQUIRED(210, "the resource was acquired already", "Release it first"),
  NOT_MAPPED(211, "the resource is not mapped", "Map it first"),
  NOT_MAPPED_AS_ARRAY(
      212, "the resource is not mapped as an array", "Map it as one, or use it as what it is"),
  NOT_MAPPED_AS_POINTER(
      213, "the resource is not mapped as memory", "Map it as such, or use it as what it is"),
  ECC_UNCORRECTABLE(
      214, "the device's memory had an error that could not be corrected", "Replace the GPU"),
  UNSUPPORTED_LIMIT(215, "the device does not have this limit", "Leave the call out"),
  CONTEXT_ALREADY_IN_USE(
      216, "the context is in use by another thread", "Use it on that thread, or wait for it"),
  PEER_ACCESS_UNSUPPORTED(
      217,
      "these two devices cannot reach each other's memory",
      "Copy between them instead; the driver then goes through the host's memory"),
  INVALID_PTX(218, "the PTX is wrong", "Read the compiler's log for the line"),
  INVALID_GRAPHICS_CONTEXT(
      219, "the graphics context is not usable", "Check the OpenGL or Direct3D context"),
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
  JIT_COMPILATION_DISABLED(
      223,
      "compiling PTX is switched off",
      "Take CUDA_DISABLE_PTX_JIT out of the environment, or deliver machine code (a cubin)"),
  UNSUPPORTED_EXEC_AFFINITY(
      224,
      "the device cannot limit a context to some multiprocessors",
      "Make the context without that"),
  UNSUPPORTED_DEVSIDE_SYNC(
      225,
      "the code waits for other kernels from within a kernel, which this device cannot",
      "Compile with a newer toolkit, without cudaDeviceSynchronize in kernels"),
  CONTAINED(
      226,
      "an error of the device's memory was contained and has ended this process's work",
      "Start a new process; look at the kernel's log for the Xid"),
  INVALID_SOURCE(300, "the source of the code is not usable", "Check that the file is whole"),
  FILE_NOT_FOUND(301, "a file is not there", "Check its path"),
  SHARED_OBJECT_SYMBOL_NOT_FOUND(
      302,
      "a shared library lacks a symbol",
      "Check that the driver's libraries are of one release"),
  SHARED_OBJECT_INIT_FAILED(
      303,
      "a shared library could not be started",
      "Check that the driver's libraries are of one release"),
  OPERATING_SYSTEM(304, "a call of the operating system failed", "Look at the kernel's log"),
  INVALID_HANDLE(
      400,
      "a stream, event, module or function is not one",
      "Check that it was not closed, and that it belongs to the current context"),
  ILLEGAL_STATE(401, "something is not in the state that the call needs", "Check the order"),
  LOSSY_QUERY(402, "the answer would have lost information", "Use the newer form of the call"),
  NOT_FOUND(
      500,
      "there is nothing of that name",
      "Check the kernel's name; without extern \"C\" it is the mangled one"),
  NOT_READY(600, "the work is not done yet", "Wait for it"),
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
  LAUNCH_INCOMPATIBLE_TEXTURING(
      703, "a kernel uses textures in another mode than its module", "Compile all in one mode"),
  PEER_ACCESS_ALREADY_ENABLED(
      704, "the other device's memory can be reached already", "Leave the call out"),
  PEER_ACCESS_NOT_ENABLED(
      705, "the other device's memory was not made reachable", "Enable peer access first"),
  PRIMARY_CONTEXT_ACTIVE(
      708, "the device's primary context is there already", "Set this before the context is made"),
  CONTEXT_IS_DESTROYED(
      709,
      "the context of this thread is gone",
      "Retain the device's context again, or start a new process if an error took it"),
  ASSERT(710, "an assert in a kernel failed", "Read the message; start a new process"),
  TOO_MANY_PEERS(
      711,
      "the device cannot reach the memory of one more device",
      "Disable peer access to another one"),
  HOST_MEMORY_ALREADY_REGISTERED(
      712, "this host memory is registered already", "Register each range once"),
  HOST_MEMORY_NOT_REGISTERED(
      713, "this host memory was not registered", "Pass the address that was registered"),
  HARDWARE_STACK_ERROR(
      714,
      "a kernel broke its stack",
      "Look for recursion that is too deep; the context is lost, so start a new process"),
  ILLEGAL_INSTRUCTION(715, "a kernel met a broken instruction", "Start a new process"),
  MISALIGNED_ADDRESS(
      716,
      "a kernel used an address that its type does not allow",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  INVALID_ADDRESS_SPACE(
      717,
      "a kernel used an address in an instruction of another memory space",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  INVALID_PC(
      718,
      "a kernel jumped to where there is no code",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  LAUNCH_FAILED(
      719,
      "a kernel failed",
      "Run the program under compute-sanitizer; the context is lost, so start a new process"),
  COOPERATIVE_LAUNCH_TOO_LARGE(
      720, "a cooperative launch does not fit the device at once", "Use a smaller grid"),
  TENSOR_MEMORY_LEAK(
      721,
      "a kernel ended without giving its tensor memory back",
      "Free it on all paths of the kernel; the context is lost, so start a new process"),
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
  MPS_CLIENT_TERMINATED(
      810,
      "the multi-process service has ended this process's work",
      "Look at the MPS daemon's log; start a new process"),
  CDP_NOT_SUPPORTED(
      811,
      "a kernel cannot launch kernels here",
      "Launch from the host; the multi-process service forbids it"),
  CDP_VERSION_MISMATCH(
      812,
      "two parts of the code launch kernels from kernels in different ways",
      "Compile all with the same toolkit"),
  STREAM_CAPTURE_UNSUPPORTED(
      900,
      "this is not allowed while a stream is being captured",
      "Do it before or after the capture; waits, allocations and queries of the captured streams are no work to capture"),
  STREAM_CAPTURE_INVALIDATED(
      901,
      "an earlier error has ended the capture",
      "End the capture, find the first error, and capture again"),
  STREAM_CAPTURE_MERGE(
      902, "this would join two captures into one", "Wait for events of the same capture only"),
  STREAM_CAPTURE_UNMATCHED(
      903,
      "the capture did not begin on this stream",
      "End the capture on the stream on which it began"),
  STREAM_CAPTURE_UNJOINED(
      904,
      "a stream that was drawn into the capture was not joined again",
      "Record an event on it at the end, and let the first stream wait for it"),
  STREAM_CAPTURE_ISOLATION(
      905,
      "work in the capture would wait for work outside it",
      "Wait for events that were recorded in the capture"),
  STREAM_CAPTURE_IMPLICIT(
      906,
      "the null stream would wait for a captured stream",
      "Use no null stream while capturing, and streams that do not heed it"),
  CAPTURED_EVENT(
      907,
      "the event was recorded in a capture, so it never happens by itself",
      "Record another event outside the capture"),
  STREAM_CAPTURE_WRONG_THREAD(
      908, "the capture was begun on another thread", "End it there, or begin it in relaxed mode"),
  TIMEOUT(909, "waiting took longer than allowed", "Wait longer"),
  GRAPH_EXEC_UPDATE_FAILURE(
      910, "the graph differs too much from the one that was instantiated", "Instantiate it anew"),
  EXTERNAL_DEVICE(911, "a device outside CUDA has failed", "Start a new process"),
  INVALID_CLUSTER_SIZE(
      912,
      "the device cannot launch clusters of this shape",
      "Use at most 8 blocks per cluster, and a grid that is a multiple of it"),
  FUNCTION_NOT_LOADED(913, "the kernel's code is not loaded yet", "Load its module first"),
  INVALID_RESOURCE_TYPE(914, "a resource is of the wrong type", "Check what is split"),
  INVALID_RESOURCE_CONFIGURATION(915, "the resources cannot be split so", "Check the sizes"),
  KEY_ROTATION(916, "the keys of confidential computing are being renewed", "Try again"),
  STREAM_DETACHED(
      917, "the stream's context was taken apart", "Make the stream in a context that is there"),
  UNKNOWN(999, "the driver failed without a reason", "Look at the kernel's log on the node");

  private static final Map<Integer, CudaError> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(CudaError::code, Function.identity()));

  /** By the reference: "to continue using CUDA, the process must be terminated and relaunched". */
  private static final Set<CudaError> STICKY =
      EnumSet.of(
          ECC_UNCORRECTABLE,
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
          MPS_CLIENT_TERMINATED,
          EXTERNAL_DEVICE,
          UNKNOWN);

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

  /** Whether it stays: whether every later call in the context fails with it as well. */
  public boolean sticky() {
    return STICKY.contains(this);
  }

  /** The driver's name, for example {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  @Override
  public String toString() {
    return "CUDA_ERROR_" + name();
  }
}

package dev.windlass.cuda.fault;

import dev.windlass.core.context.Fault;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.health.Xid;
import dev.windlass.cuda.health.XidEvent;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which exceptions are faults of the GPU, and in which words. Pure. */
final class CudaFaults {
  /** A chain of causes that is longer leads back into itself. */
  private static final int LONGEST_CHAIN = 100;

  private CudaFaults() {}

  /**
   * The fault behind an exception: of the first in the chain of causes that is one.
   *
   * @param xids what the driver reported of the GPUs shortly before
   */
  static Optional<Fault> of(Throwable thrown, List<XidEvent> xids) {
    return chain(thrown).flatMap(t -> one(t, xids).stream()).findFirst();
  }

  /** The failure that cost the context: the first one, not those of the calls refused after it. */
  static Optional<CudaFatalException> fatal(Throwable thrown) {
    return chain(thrown)
        .filter(CudaFatalException.class::isInstance)
        .map(CudaFatalException.class::cast)
        .reduce((outer, inner) -> inner);
  }

  private static Stream<Throwable> chain(Throwable thrown) {
    return Stream.<@Nullable Throwable>iterate(
            thrown, t -> t != null, t -> t == null ? null : t.getCause())
        .limit(LONGEST_CHAIN)
        .flatMap(Stream::ofNullable);
  }

  private static Optional<Fault> one(Throwable t, List<XidEvent> xids) {
    if (t instanceof OutOfDeviceMemoryException e) {
      return Optional.of(new Fault(Fault.Kind.GPU_OUT_OF_MEMORY, e.summary(), e.remedy()));
    }
    if (t instanceof CudaUnavailableException e) {
      return switch (e.reason()) {
        case DRIVER_TOO_OLD, DRIVER_MISMATCH, COMPATIBILITY_NOT_SUPPORTED ->
            Optional.of(new Fault(Fault.Kind.DRIVER_MISMATCH, e.problem(), e.remedy()));
        case DEVICE_DETACHED ->
            Optional.of(new Fault(Fault.Kind.GPU_FAULT, e.problem(), e.remedy()));
        default -> Optional.empty();
      };
    }
    if (t instanceof CudaFatalException e) {
      return Optional.of(fatal(fatal(e).orElse(e), xids));
    }
    return t instanceof CudaException e
        ? e.error().flatMap(CudaFaults::kind).map(kind -> new Fault(kind, words(e), e.remedy()))
        : Optional.empty();
  }

  private static Optional<Fault.Kind> kind(CudaError error) {
    return switch (error) {
      case OUT_OF_MEMORY -> Optional.of(Fault.Kind.GPU_OUT_OF_MEMORY);
      case UNSUPPORTED_PTX_VERSION,
          CALL_REQUIRES_NEWER_DRIVER,
          SYSTEM_DRIVER_MISMATCH,
          COMPAT_NOT_SUPPORTED_ON_DEVICE ->
          Optional.of(Fault.Kind.DRIVER_MISMATCH);
      default -> Optional.empty();
    };
  }

  private static String words(CudaException e) {
    return e.call()
        + (e.arguments().isEmpty() ? "" : "(" + e.arguments() + ")")
        + ": "
        + e.problem();
  }

  /** What the GPU itself reported says more than the error, above all if the GPU is to blame. */
  private static Fault fatal(CudaFatalException e, List<XidEvent> xids) {
    Optional<XidEvent> worst =
        xids.stream()
            .filter(x -> x.xid().fault() != Xid.Fault.NOTICE)
            .max(Comparator.comparing(x -> x.xid().restart()));
    boolean gpuIsToBlame =
        worst.filter(x -> x.xid().restart().compareTo(Xid.Restart.POD) >= 0).isPresent();
    return new Fault(
        Fault.Kind.GPU_FAULT,
        worst.map(x -> x.xid() + " (GPU " + x.uuid() + "). ").orElse("") + words(e),
        gpuIsToBlame ? worst.get().xid().remedy() : e.remedy());
  }
}

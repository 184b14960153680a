package dev.windlass.cuda.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.context.Fault;
import dev.windlass.cuda.availability.Availability.Unavailable;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.availability.UnavailableReason;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.health.Xid;
import dev.windlass.cuda.health.XidEvent;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CudaFaultsTest {
  private final CudaFatalException fatal =
      (CudaFatalException) CudaException.of("cuStreamSynchronize", 700);
  private static final DeviceUuid GPU =
      DeviceUuid.parse("GPU-00000000-0000-0000-0000-000000000001");

  private static XidEvent xid(int code) {
    return new XidEvent(GPU, Optional.empty(), Xid.of(code), Instant.EPOCH);
  }

  private static Optional<Fault> of(Throwable thrown) {
    return CudaFaults.of(thrown, List.of());
  }

  @ParameterizedTest
  @EnumSource(CudaError.class)
  void everyError_isTheFaultThatItsKindSays(CudaError error) {
    Optional<Fault.Kind> kind = of(CudaException.of("cuX", error.code())).map(Fault::kind);
    Set<CudaError> mismatch =
        EnumSet.of(
            CudaError.UNSUPPORTED_PTX_VERSION,
            CudaError.CALL_REQUIRES_NEWER_DRIVER,
            CudaError.SYSTEM_DRIVER_MISMATCH,
            CudaError.COMPAT_NOT_SUPPORTED_ON_DEVICE);
    if (error.sticky()) {
      assertThat(kind).contains(Fault.Kind.GPU_FAULT);
    } else if (error == CudaError.OUT_OF_MEMORY) {
      assertThat(kind).contains(Fault.Kind.GPU_OUT_OF_MEMORY);
    } else if (mismatch.contains(error)) {
      assertThat(kind).contains(Fault.Kind.DRIVER_MISMATCH);
    } else {
      assertThat(kind).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(UnavailableReason.class)
  void unavailable_isAFaultIfTheDriverDoesNotFit_orTheContainerLostItsGpu(
      UnavailableReason reason) {
    CudaUnavailableException e =
        new CudaUnavailableException(new Unavailable(reason, "the problem", "the remedy"), null);
    Optional<Fault.Kind> kind =
        switch (reason) {
          case DRIVER_TOO_OLD, DRIVER_MISMATCH, COMPATIBILITY_NOT_SUPPORTED ->
              Optional.of(Fault.Kind.DRIVER_MISMATCH);
          case DEVICE_DETACHED -> Optional.of(Fault.Kind.GPU_FAULT);
          default -> Optional.empty();
        };
    assertThat(of(e)).isEqualTo(kind.map(k -> new Fault(k, "the problem", "the remedy")));
  }

  @Test
  void outOfDeviceMemory_saysOnOneLineWhoHoldsWhat() {
    OutOfDeviceMemoryException e =
        new OutOfDeviceMemoryException(
            new MemoryBreakdown(
                4L << 30,
                1L << 20,
                7L << 30,
                1L << 29,
                1L << 28,
                (7L << 30) + (3L << 28),
                8L << 30,
                2L << 30,
                80L << 30,
                MemoryBreakdown.Source.VIRTUAL_MEMORY));
    assertThat(of(new RuntimeException("epoch 3", e)))
        .hasValueSatisfying(
            fault -> {
              assertThat(fault.kind()).isEqualTo(Fault.Kind.GPU_OUT_OF_MEMORY);
              assertThat(fault.message())
                  .isEqualTo(
                      "4.00 GiB of device memory could not be had; this pool holds 7.75 GiB: 7.00"
                          + " GiB live, 512.00 MiB cached, 256.00 MiB fragmented; its limit is 8.00"
                          + " GiB; the device has 2.00 GiB free of 80.00 GiB");
              assertThat(fault.remedy()).isEqualTo(e.remedy());
            });
  }

  @Test
  void outOfDeviceMemory_ofWhichLittleIsKnown_saysOnlyThat() {
    OutOfDeviceMemoryException e =
        new OutOfDeviceMemoryException(
            new MemoryBreakdown(
                512,
                0,
                0,
                0,
                0,
                0,
                MemoryBreakdown.NO_LIMIT,
                MemoryBreakdown.UNKNOWN,
                MemoryBreakdown.UNKNOWN,
                MemoryBreakdown.Source.DRIVER_CALLS));
    assertThat(e.summary())
        .isEqualTo(
            "512 B of device memory could not be had; this pool holds 0 B: 0 B live, 0 B cached,"
                + " 0 B fragmented");
  }

  @Test
  void message_hasTheCallWithItsArguments() {
    assertThat(of(CudaException.of("cuMemAlloc", 2, "1024 bytes")))
        .contains(
            new Fault(
                Fault.Kind.GPU_OUT_OF_MEMORY,
                "cuMemAlloc(1024 bytes): the driver returned CUDA_ERROR_OUT_OF_MEMORY: the device"
                    + " has not enough free memory",
                CudaError.OUT_OF_MEMORY.remedy()));
  }

  @Test
  void callsRefusedAfterwards_leadToTheFirstFailure() {
    CudaFatalException third = fatal.refusing("cuMemAlloc").refusing("cuLaunchKernel");
    Throwable thrown = new CompletionException(new ExecutionException(third));
    assertThat(CudaFaults.fatal(thrown)).containsSame(fatal);
    assertThat(of(thrown)).isEqualTo(of(fatal));
    assertThat(of(fatal).orElseThrow().message())
        .isEqualTo(
            "cuStreamSynchronize: the driver returned CUDA_ERROR_ILLEGAL_ADDRESS: a kernel read or"
                + " wrote memory that is not its own");
  }

  @Test
  void otherExceptions_areNoFaults() {
    assertThat(of(new IllegalStateException("x", new RuntimeException("y")))).isEmpty();
    assertThat(of(new OutOfMemoryError("Java heap space"))).isEmpty();
    assertThat(CudaFaults.fatal(CudaException.of("cuMemAlloc", 2))).isEmpty();
  }

  @Test
  void causesThatGoInCircles_end() {
    RuntimeException a = new RuntimeException("a");
    RuntimeException b = new RuntimeException("b", a);
    a.initCause(b);
    assertThat(of(a)).isEmpty();
    assertThat(CudaFaults.fatal(a)).isEmpty();
  }

  /** The worst one counts, and notices do not; whose remedy depends on who is to blame. */
  @ParameterizedTest
  @CsvSource({
    "31,     31, false",
    "79,     79, true",
    "31 79,  79, true",
    "79 31,  79, true",
    "48 45,  48, true",
    "45 63,  0,  false",
    "999,    999, false",
  })
  void xid_isNamedFirst_andItsRemedyIsGivenIfTheGpuIsToBlame(
      String reported, int named, boolean gpuIsToBlame) {
    List<XidEvent> xids =
        List.of(reported.split(" ", -1)).stream().map(Integer::parseInt).map(c -> xid(c)).toList();
    Fault fault = CudaFaults.of(fatal, xids).orElseThrow();
    String words = of(fatal).orElseThrow().message();
    assertThat(fault.kind()).isEqualTo(Fault.Kind.GPU_FAULT);
    assertThat(fault.message())
        .isEqualTo(named == 0 ? words : Xid.of(named) + " (GPU " + GPU + "). " + words);
    assertThat(fault.remedy()).isEqualTo(gpuIsToBlame ? Xid.of(named).remedy() : fatal.remedy());
  }

  @Test
  void xid_saysNothingOnMemoryThatDidNotSuffice() {
    assertThat(CudaFaults.of(CudaException.of("cuMemAlloc", 2), List.of(xid(79))))
        .isEqualTo(of(CudaException.of("cuMemAlloc", 2)));
  }
}

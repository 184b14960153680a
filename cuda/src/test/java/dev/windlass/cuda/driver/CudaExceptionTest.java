package dev.windlass.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaExceptionTest {
  @Test
  void message_hasCallArgumentsErrorAndRemedy() {
    CudaException e = CudaException.of("cuMemAlloc", 2, "1048576 bytes");
    assertThat(e)
        .isNotInstanceOf(CudaFatalException.class)
        .hasMessage(
            "While calling cuMemAlloc(1048576 bytes): the driver returned"
                + " CUDA_ERROR_OUT_OF_MEMORY: the device has not enough free memory. Free memory,"
                + " ask for less, or look at 'nvidia-smi' for who holds the rest.");
    assertThat(e.call()).isEqualTo("cuMemAlloc");
    assertThat(e.arguments()).isEqualTo("1048576 bytes");
    assertThat(e.error()).contains(CudaError.OUT_OF_MEMORY);
    assertThat(e.contextUsable()).isTrue();
  }

  @Test
  void unknownNumber_isShown_andNotFatal() {
    CudaException e = CudaException.of("cuInit", 12345);
    assertThat(e).hasMessageContaining("While calling cuInit: the driver returned error 12345.");
    assertThat(e.error()).isEmpty();
    assertThat(e.contextUsable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 999})
  void stickyError_isFatal(int code) {
    CudaException e = CudaException.of("cuStreamSynchronize", code);
    assertThat(e).isInstanceOf(CudaFatalException.class);
    assertThat(e.contextUsable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 46, 100, 201, 222, 400, 500, 701, 720, 801, 803})
  void otherError_isNotFatal(int code) {
    assertThat(CudaException.of("cuLaunchKernel", code).contextUsable()).isTrue();
  }

  @Test
  void refusing_namesTheFirstFailure_andKeepsItAsCause() {
    CudaFatalException first = (CudaFatalException) CudaException.of("cuStreamSynchronize", 700);
    CudaFatalException later = first.refusing("cuMemAlloc");
    assertThat(later)
        .hasCause(first)
        .hasMessageContaining(
            "While calling cuMemAlloc: the context is lost since cuStreamSynchronize returned"
                + " CUDA_ERROR_ILLEGAL_ADDRESS");
    assertThat(later.code()).isEqualTo(700);
  }
}

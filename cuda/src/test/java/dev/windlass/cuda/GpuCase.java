package dev.windlass.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.javacpp.JavacppCudaDriverProvider;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A context of the fake driver's first device; after each test nothing may be left of it. */
abstract class GpuCase {
  Cuda cuda;
  DeviceContext gpu;

  static Cuda open() {
    FakeCuda.start();
    return openAgain();
  }

  static Cuda openAgain() {
    return Cuda.open(FakeCuda.environment(), List.of(new JavacppCudaDriverProvider()));
  }

  @BeforeEach
  final void openContext() {
    cuda = open();
    gpu = context();
  }

  DeviceContext context() {
    return cuda.device(0).context(MemoryGrowth.grow());
  }

  @AfterEach
  final void closeContext() {
    if (gpu != null) {
      gpu.close();
      cuda.close();
      if (gpu.healthy()) {
        assertNothingIsLeft();
      } else {
        // In a lost context nothing can be unmapped.
        assertThat(FakeCuda.live(FakeCuda.Kind.CONTEXT)).isZero();
        assertThat(FakeCuda.live(FakeCuda.Kind.GRAPH)).isZero();
        assertThat(FakeCuda.live(FakeCuda.Kind.STREAM)).isZero();
      }
    }
  }

  static void assertNothingIsLeft() {
    for (FakeCuda.Kind kind : FakeCuda.Kind.values()) {
      assertThat(FakeCuda.live(kind)).as("%s left", kind).isZero();
    }
    assertThat(FakeCuda.used(0)).as("bytes left").isZero();
  }

  static void assertInvalid(ThrowingCallable use, String... words) {
    InvalidUseException e = catchThrowableOfType(InvalidUseException.class, use);
    assertThat(e).as("expected an InvalidUseException").isNotNull();
    assertThat(e.getMessage()).contains(words);
  }
}

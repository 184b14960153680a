package dev.windlass.cuda.javacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.kit.DeviceKit;
import dev.windlass.cuda.kit.GraphKit;
import dev.windlass.cuda.kit.MemoryKit;
import dev.windlass.cuda.kit.MemoryPoolKit;
import dev.windlass.cuda.kit.ModuleKit;
import dev.windlass.cuda.kit.PeerKit;
import dev.windlass.cuda.kit.StreamKit;
import dev.windlass.cuda.kit.VirtualMemoryKit;
import org.junit.jupiter.api.Nested;

/**
 * JavaCPP passes the kit: over the fake driver, or with {@code -Dwindlass.test.gpu=true} over a
 * real one and its first device.
 */
class JavacppCudaDriverTest {
  private static final boolean GPU = Boolean.getBoolean("windlass.test.gpu");

  private static CudaDriver open() {
    if (!GPU) {
      FakeCuda.start();
    }
    return JavacppCudaDriver.load();
  }

  private static void assertNothingIsLeft() {
    if (!GPU) {
      for (FakeCuda.Kind kind : FakeCuda.Kind.values()) {
        assertThat(FakeCuda.live(kind)).as("%s left", kind).isZero();
      }
      assertThat(FakeCuda.used(0)).as("bytes left").isZero();
    }
  }

  @Nested
  class Devices extends DeviceKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class Memories extends MemoryKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class VirtualMemory extends VirtualMemoryKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class MemoryPools extends MemoryPoolKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class Streams extends StreamKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void slowDown() {
      if (!GPU) {
        FakeCuda.delay(2000);
      }
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class Modules extends ModuleKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class Graphs extends GraphKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }

  @Nested
  class Peers extends PeerKit {
    @Override
    protected CudaDriver driver() {
      return open();
    }

    @Override
    protected void afterTest() {
      assertNothingIsLeft();
    }
  }
}

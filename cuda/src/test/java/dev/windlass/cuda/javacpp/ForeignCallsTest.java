package dev.windlass.cuda.javacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.fake.FakeCuda;
import org.junit.jupiter.api.Test;

class ForeignCallsTest {
  @Test
  void foreignFunctions_areUsedWhereTheJdkHasThem_andReachTheSameDriver() {
    FakeCuda.start();
    CudaDriver driver = JavacppCudaDriver.load();
    driver.initialize();
    assertThat(ForeignCalls.available()).isEqualTo(Runtime.version().feature() >= 22);
    long context = driver.retainPrimaryContext(0);
    driver.setCurrentContext(context);
    assertThat(driver.currentContext()).isEqualTo(context);
    driver.setCurrentContext(0);
    assertThat(driver.currentContext()).isZero();
    driver.releasePrimaryContext(0);
  }
}

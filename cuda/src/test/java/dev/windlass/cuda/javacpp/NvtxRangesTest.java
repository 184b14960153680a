package dev.windlass.cuda.javacpp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.driver.Ranges;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.fake.FakeNvtx;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NvtxRangesTest {
  @BeforeEach
  void open() {
    FakeNvtx.start();
    JavacppCudaDriver.load();
  }

  @Test
  void profiler_isToldRangesAndMarks() {
    Ranges ranges = NvtxRanges.find(Map.of(NvtxRanges.PROFILER, "/opt/profiler.so"));
    assertThat(ranges.active()).isTrue();
    assertThat(ranges.description()).isEqualTo("NVTX by libnvtx3interop.so.1");
    ranges.push("step");
    ranges.mark("größer");
    ranges.push("x".repeat(1000));
    ranges.pop();
    ranges.push("");
    ranges.pop();
    ranges.pop();
    assertThat(FakeNvtx.told()).isEqualTo("(step!größer(" + "x".repeat(1000) + ")())");
  }

  @Test
  void withoutAProfiler_nobodyIsTold() {
    Ranges ranges = NvtxRanges.find(Map.of());
    assertThat(ranges.active()).isFalse();
    assertThat(ranges.description()).contains(NvtxRanges.PROFILER);
    ranges.push("step");
    ranges.mark("now");
    ranges.pop();
    assertThat(FakeNvtx.told()).isEmpty();
  }

  @Test
  void driver_hasTheRangesOfItsProcess() {
    FakeCuda.start();
    assertThat(JavacppCudaDriver.load().ranges()).isSameAs(NvtxRanges.ofProcess());
  }
}

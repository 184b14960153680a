package dev.windlass.examples;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.DeviceContext;
import dev.windlass.cuda.FloatMemory;
import dev.windlass.cuda.Kernel;
import dev.windlass.cuda.MemoryGrowth;
import dev.windlass.cuda.Stream;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.compile.CompilerUnavailableException;
import java.util.Arrays;

/**
 * Computes y = 2x + y for a million numbers on the first GPU, and checks the result. Without a GPU,
 * or without NVIDIA's runtime compiler, it prints why and what to do, and ends with exit code 1.
 */
public final class Saxpy {
  private static final String SOURCE =
      """
      extern "C" __global__ void saxpy(int n, float a, const float* x, float* y) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] = a * x[i] + y[i];
      }
      """;

  private Saxpy() {}

  /** Runs the kernel. */
  public static void main(String[] args) {
    int n = 1_000_000;
    float[] hostX = new float[n];
    float[] hostY = new float[n];
    for (int i = 0; i < n; i++) {
      hostX[i] = i;
    }
    Arrays.fill(hostY, 1);
    try (Cuda cuda = Cuda.open()) {
      for (Device d : cuda.devices()) {
        System.out.println(d);
      }
      try (DeviceContext gpu = cuda.device(0).context(MemoryGrowth.grow().limit(Memory.gib(8)));
          Stream stream = gpu.newStream();
          FloatMemory x = gpu.floats(n);
          FloatMemory y = gpu.floats(n)) {
        x.copyFrom(hostX, stream);
        y.copyFrom(hostY, stream);
        Kernel saxpy = gpu.compile("saxpy.cu", SOURCE).kernel("saxpy");
        saxpy.launch(stream, saxpy.gridFor(n), n, 2.0f, x, y);
        y.copyTo(hostY, stream);
        stream.synchronize();
      }
    } catch (CudaUnavailableException | CompilerUnavailableException e) {
      System.err.println(e.problem() + ".\n" + e.remedy() + ".");
      System.exit(1);
    }
    for (int i = 0; i < n; i++) {
      if (hostY[i] != 2.0f * i + 1) {
        System.err.printf("y[%d] is %s%n", i, hostY[i]);
        System.exit(2);
      }
    }
    System.out.println("All " + n + " numbers are right.");
  }
}

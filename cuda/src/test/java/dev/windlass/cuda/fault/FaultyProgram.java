package dev.windlass.cuda.fault;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.driver.CudaDriver;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.fake.FakeCuda;
import dev.windlass.cuda.fake.FakeNvml;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A job's program whose GPU fails it, for {@link FaultyJobTest}. */
final class FaultyProgram {
  private FaultyProgram() {}

  /**
   * Fails, or not.
   *
   * @param args the folder of the fake libraries, and what is to happen
   */
  public static void main(String[] args) {
    for (String library : new String[] {"libcuda.so.1", "libcudart.so.13", "libnvidia-ml.so.1"}) {
      System.load(Path.of(args[0], library).toString());
    }
    try (Cuda cuda = Cuda.open()) {
      CudaDriver driver = cuda.driver();
      driver.setCurrentContext(driver.retainPrimaryContext(0));
      switch (args[1]) {
        case "xid" -> {
          while (FakeNvml.watched() == 0) {
            Thread.onSpinWait();
          }
          FakeNvml.raiseXid(0, 79, -1);
          fail(driver);
        }
        case "caught" -> {
          try (var context = cuda.device(0).context();
              var stream = context.newStream()) {
            FakeCuda.failAt("cuStreamSynchronize", 1, 719);
            stream.synchronize();
          } catch (CudaFatalException e) {
            System.exit(5);
          }
        }
        case "memory" -> driver.allocate(1L << 40);
        default -> System.out.println("fine");
      }
    }
  }

  /** Queues a kernel that fails late, as one with a wrong address does. */
  private static void fail(CudaDriver driver) {
    driver.setCurrentContext(driver.retainPrimaryContext(0));
    byte[] code = ".version 7.8\n.entry probe()".getBytes(StandardCharsets.US_ASCII);
    long kernel = driver.function(driver.loadModule(code), "probe");
    FakeCuda.failKernelAt(1, 700);
    long stream = driver.createStream();
    driver.launch(kernel, 1, 1, 1, 1, 1, 1, 0, stream, new byte[0], 0);
    driver.synchronizeStream(stream);
  }
}

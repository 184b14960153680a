package dev.windlass.examples.docs;

import dev.windlass.cuda.fault.GpuFaults;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.nio.file.Path;

/** The Java of the documents that needs the module cuda, which not every job carries along. */
final class CudaSnippets {
  private CudaSnippets() {}

  static void exit() {
    // begin: exit
    try {
      train();
    } catch (OutOfDeviceMemoryException e) {
      GpuFaults.current().report(e);
      System.exit(1);
    }
    // end: exit
  }

  private static void train() {}

  static void liveness() {
    // begin: liveness
    GpuFaults.current().livenessFile(Path.of("/tmp/gpu-alive"));
    // end: liveness
  }
}

package dev.windlass.examples;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.availability.CudaUnavailableException;

/**
 * Prints the CUDA devices of this machine or pod. Without a GPU it prints why there is none and
 * what to do, and ends with exit code 1.
 */
public final class DeviceQuery {
  private DeviceQuery() {}

  /** Prints the devices. */
  public static void main(String[] args) {
    try (Cuda cuda = Cuda.open()) {
      System.out.println("CUDA " + cuda.driverVersion());
      for (Device device : cuda.devices()) {
        System.out.println(device);
        System.out.printf(
            "   %s of shared memory per block, %d threads per block, L2 cache %s, ECC %s%n",
            device.properties().limits().sharedMemoryPerBlockOptIn(),
            device.properties().limits().threadsPerBlock(),
            device.properties().limits().l2Cache(),
            device.properties().ecc() ? "on" : "off");
      }
    } catch (CudaUnavailableException e) {
      System.err.println(e.problem() + ".\n" + e.remedy() + ".");
      System.exit(1);
    }
  }
}

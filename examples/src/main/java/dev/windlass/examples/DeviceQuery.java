package dev.windlass.examples;

import dev.windlass.cuda.Cuda;
import dev.windlass.cuda.Device;
import dev.windlass.cuda.availability.CudaUnavailableException;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.HealthUnavailableException;
import dev.windlass.cuda.health.Verdict;

/**
 * Prints the CUDA devices of this machine or pod, and how they are. Without a GPU it prints why
 * there is none and what to do, and ends with exit code 1. ({@code windlass devices -o json} has
 * the same as JSON.)
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
      printHealth();
    } catch (CudaUnavailableException e) {
      System.err.println(e.problem() + ".\n" + e.remedy() + ".");
      System.exit(1);
    }
  }

  /** The GPUs as NVML sees them: other numbers than CUDA's, the same UUIDs. */
  private static void printHealth() {
    try (HealthMonitor monitor = HealthMonitor.open()) {
      for (DeviceHealth gpu : monitor.devices()) {
        Verdict verdict = monitor.verdict(gpu);
        System.out.printf(
            "GPU %s: %s%s%s%n",
            gpu.uuid(),
            verdict.level(),
            gpu.celsius().value().map(celsius -> ", " + celsius + " C").orElse(""),
            gpu.memory().value().map(memory -> ", " + memory.used() + " in use").orElse(""));
        gpu.instances().forEach(i -> System.out.println("   " + i.instance()));
        verdict
            .findings()
            .forEach(f -> System.out.println("   " + f.problem() + ". " + f.remedy()));
      }
    } catch (HealthUnavailableException e) {
      System.out.println("No health: " + e.problem() + ". " + e.remedy() + ".");
    }
  }
}

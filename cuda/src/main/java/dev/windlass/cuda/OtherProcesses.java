package dev.windlass.cuda;

import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.DeviceHealth;
import dev.windlass.cuda.health.DeviceHealth.InstanceHealth;
import dev.windlass.cuda.health.GpuProcess;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.memory.MemoryBreakdown;
import dev.windlass.cuda.memory.OutOfDeviceMemoryException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other processes hold on a device, by NVML, for the report of an allocation that failed.
 *
 * <p>NVML may be absent, and a driver in trouble may never answer: it is asked in a thread of its
 * own, for a bounded time, and not again once it took longer. Its process numbers are often those
 * of the node, which mean nothing in a container: only where this process, which has a context, is
 * among them can the others be told.
 */
final class OtherProcesses {
  private static final Logger log = LoggerFactory.getLogger(OtherProcesses.class);

  private final Supplier<HealthMonitor> nvml;
  private final Duration patience;
  private volatile boolean tooSlow;

  OtherProcesses(Supplier<HealthMonitor> nvml, Duration patience) {
    this.nvml = nvml;
    this.patience = patience;
  }

  /** The same failure, with what other processes hold where that can be told. */
  OutOfDeviceMemoryException in(OutOfDeviceMemoryException e, DeviceUuid device) {
    if (e.breakdown().otherProcesses() != MemoryBreakdown.UNKNOWN || tooSlow) {
      return e;
    }
    long bytes = ask(device);
    return bytes == MemoryBreakdown.UNKNOWN ? e : e.with(e.breakdown().withOtherProcesses(bytes));
  }

  private long ask(DeviceUuid device) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try (HealthMonitor monitor = nvml.get()) {
                answer.complete(
                    bytes(monitor.devices(), device, (int) ProcessHandle.current().pid()));
              } catch (RuntimeException | LinkageError e) {
                answer.completeExceptionally(e);
              }
            },
            "windlass-other-processes");
    asking.setDaemon(true);
    try {
      asking.start();
      return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      tooSlow = true;
      log.debug("NVML does not answer within {}, and is not asked again", patience);
    } catch (ExecutionException | OutOfMemoryError e) { // there may be no memory for a thread
      log.debug("What other processes hold of the device is not known", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return MemoryBreakdown.UNKNOWN;
  }

  /** What processes but one hold; {@link MemoryBreakdown#UNKNOWN} unless that one is among them. */
  static long bytes(List<DeviceHealth> gpus, DeviceUuid device, int self) {
    for (DeviceHealth gpu : gpus) {
      if (gpu.uuid().equals(device)) {
        return bytes(gpu.processes().value().orElse(List.of()), self);
      }
      for (InstanceHealth instance : gpu.instances()) {
        if (instance.instance().uuid().equals(device)) {
          int number = instance.instance().gpuInstance();
          return bytes(
              gpu.processes().value().orElse(List.of()).stream()
                  .filter(p -> p.gpuInstance().orElse(-1) == number)
                  .toList(),
              self);
        }
      }
    }
    return MemoryBreakdown.UNKNOWN;
  }

  private static long bytes(List<GpuProcess> processes, int self) {
    Map<Integer, Long> byProcess = new HashMap<>(); // one may be listed as several kinds
    for (GpuProcess p : processes) {
      if (p.pid() != self && p.memory().isEmpty()) {
        return MemoryBreakdown.UNKNOWN;
      }
      byProcess.merge(p.pid(), p.memory().map(m -> m.bytes()).orElse(0L), Math::max);
    }
    return byProcess.remove(self) == null
        ? MemoryBreakdown.UNKNOWN
        : byProcess.values().stream().mapToLong(b -> b).sum();
  }
}

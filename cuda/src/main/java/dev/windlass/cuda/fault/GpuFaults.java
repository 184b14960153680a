package dev.windlass.cuda.fault;

import dev.windlass.core.WindlassException;
import dev.windlass.core.context.Fault;
import dev.windlass.core.context.JobContext;
import dev.windlass.cuda.driver.CudaFatalException;
import dev.windlass.cuda.health.HealthMonitor;
import dev.windlass.cuda.health.HealthUnavailableException;
import dev.windlass.cuda.health.NvmlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a failure of the GPU leaves the pod.
 *
 * <p><b>The job's status.</b> {@code Cuda.open()} sees to it that in a job, an exception of CUDA
 * that nobody catches is written down before it ends the program, so that the job's reason is
 * {@code GPU_OUT_OF_MEMORY}, {@code GPU_FAULT} or {@code DRIVER_MISMATCH}; and that the driver's
 * reports on the GPUs (Xids) are heard of, which say most about a fault. The program ends as it
 * would have. A failure that costs the context is written down when it happens, whoever catches it.
 * A program that catches others and exits by itself, or whose threads have handlers of their own,
 * calls {@link #report}:
 *
 * <pre>{@code
 * } catch (OutOfDeviceMemoryException e) {
 *   GpuFaults.current().report(e);
 *   System.exit(1);
 * }
 * }</pre>
 *
 * <p><b>Liveness.</b> A server that catches exceptions lives on after the GPU is lost to it, and
 * fails every request. {@link #livenessFile} gives Kubernetes something to look at, {@link #lost}
 * an HTTP endpoint of one's own.
 *
 * <p>Safe for use by many threads.
 */
public final class GpuFaults {
  private static final GpuFaults CURRENT =
      new GpuFaults(JobContext.current(), Duration.ofMillis(500));

  private final JobContext job;
  private final Duration patience;
  private final RecentXids xids = new RecentXids();
  private final Set<Path> livenessFiles = new HashSet<>();
  private @Nullable CudaFatalException lost;
  private boolean installed;
  private boolean watching;

  /**
   * Makes one.
   *
   * @param patience how long to wait after a fatal failure for the driver's report on it
   */
  GpuFaults(JobContext job, Duration patience) {
    this.job = job;
    this.patience = patience;
  }

  /** Those of this process. */
  public static GpuFaults current() {
    return CURRENT;
  }

  /**
   * Writes down the faults of exceptions that nobody catches, see {@link JobContext#onUncaught}.
   * Does nothing outside a job, and nothing the second time. {@code Cuda.open()} calls this.
   */
  public synchronized void install() {
    if (!installed) {
      installed = true;
      job.onUncaught(this::fault);
    }
  }

  /**
   * Hears of the driver's reports on the GPUs from now on, in a daemon thread and through NVML if
   * it is there, to name them in what is written down. Does nothing outside a job, and nothing the
   * second time. At its end the program waits for that thread, about half a second. {@code
   * Cuda.open()} calls this once the driver is loaded.
   */
  public synchronized void watchXids() {
    if (!watching && job.job().isPresent()) {
      watching = true;
      Thread opening = new Thread(this::openMonitor, "windlass-faults");
      opening.setDaemon(true);
      opening.start();
    }
  }

  private void openMonitor() {
    try {
      HealthMonitor monitor = HealthMonitor.open();
      // At its end the process takes NVML apart, which nobody may then be waiting in.
      Runtime.getRuntime().addShutdownHook(new Thread(monitor::close));
      monitor.watch(xids::add);
      xids.watched();
    } catch (HealthUnavailableException | NvmlException | IllegalStateException e) {
      log().debug("Faults of the GPU will be told without what NVML knows of them", e);
    }
  }

  /**
   * Writes down why the program is about to fail, for its job's status: if the exception, or one in
   * its chain of causes, is a fault of the GPU, and nothing was written down before. After a {@link
   * CudaFatalException} the GPU also counts as {@link #lost}. Never throws. May take half a second
   * after a fatal failure, for the driver's report on it.
   *
   * @return whether it was written down by this call
   */
  public boolean report(Throwable thrown) {
    return fault(thrown).map(job::reportFault).orElse(false);
  }

  /** What the driver has reported, for tests. */
  RecentXids xids() {
    return xids;
  }

  private Optional<Fault> fault(Throwable thrown) {
    Optional<CudaFatalException> fatal = CudaFaults.fatal(thrown);
    fatal.ifPresent(this::lose);
    return CudaFaults.of(thrown, xids.recent(fatal.isPresent() ? patience : Duration.ZERO));
  }

  /** The failure that cost this process its context, the first one reported; empty if none did. */
  public synchronized Optional<CudaFatalException> lost() {
    return Optional.ofNullable(lost);
  }

  /**
   * Makes a file that is there as long as the GPU can be used: it is deleted when it is {@linkplain
   * #lost lost}. A liveness probe can look for it ({@code exec: test -f FILE}), so that Kubernetes
   * starts the container anew.
   *
   * @param file where; its folder must be there
   * @throws WindlassException if it cannot be made
   */
  public synchronized void livenessFile(Path file) {
    if (lost != null) {
      delete(file);
      return;
    }
    try {
      Files.writeString(file, "The GPU can be used by this process.\n");
    } catch (IOException e) {
      throw new WindlassException(
          "making the liveness file " + file,
          "it cannot be written: " + e,
          "Name a file in a folder that is there and writable, such as /tmp",
          e);
    }
    livenessFiles.add(file);
  }

  private synchronized void lose(CudaFatalException fatal) {
    if (lost == null) {
      lost = fatal;
      livenessFiles.forEach(GpuFaults::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log().warn("The GPU is lost, and the liveness file {} cannot be deleted", file, e);
    }
  }

  /** Asked for when it is needed: every program that opens CUDA loads this class. */
  private static Logger log() {
    return LoggerFactory.getLogger(GpuFaults.class);
  }
}

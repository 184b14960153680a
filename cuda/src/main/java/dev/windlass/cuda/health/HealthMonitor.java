package dev.windlass.cuda.health;

import dev.windlass.cuda.availability.CudaEnvironment;
import dev.windlass.cuda.availability.DeviceAccess;
import dev.windlass.cuda.availability.DriverRelease;
import dev.windlass.cuda.device.DeviceUuid;
import dev.windlass.cuda.health.Reading.Missing;
import dev.windlass.cuda.health.Reading.Why;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * How the GPUs of this machine or container are, from NVIDIA's management library NVML. CUDA does
 * not need it: a container whose driver capabilities leave out {@code utility} has none.
 *
 * <pre>{@code
 * try (HealthMonitor monitor = HealthMonitor.open()) {
 *   monitor.watch(event -> log.warn("{}: {}", event.uuid(), event.xid()));
 *   ...
 *   if (monitor.verdict(uuid).level() == Verdict.Level.BROKEN) ...
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads. A reading of one GPU takes some milliseconds.
 */
public final class HealthMonitor implements AutoCloseable {
  /** The release that brought the call which tells of the fabric. */
  private static final int FABRIC_SINCE = 525;

  private final Nvml nvml;
  private final Roster roster;
  private final DeviceHealthReader reader;
  private final XidLog xids;
  private final BooleanSupplier gpuLost;
  private boolean closed;

  private HealthMonitor(Nvml nvml, BooleanSupplier gpuLost, Clock clock, XidWatcher.Pace pace) {
    this.nvml = nvml;
    this.gpuLost = gpuLost;
    roster = new Roster(nvml);
    boolean fabricKnown = DriverRelease.parse(nvml.driverRelease()).branch() >= FABRIC_SINCE;
    reader = new DeviceHealthReader(nvml, fabricKnown, new ProcessNames(Path.of("/proc")));
    xids = new XidLog(nvml, roster, reader, clock, pace);
  }

  /**
   * Opens NVML.
   *
   * @throws HealthUnavailableException with the reason, where it cannot be used
   */
  public static HealthMonitor open() {
    return open(
        CudaEnvironment.read(),
        ServiceLoader.load(NvmlProvider.class, HealthMonitor.class.getClassLoader()));
  }

  /**
   * Opens NVML as one of these provides it.
   *
   * @param environment what can be seen of this machine
   * @param providers the first one is taken
   * @throws HealthUnavailableException with the reason, where it cannot be used
   */
  public static HealthMonitor open(CudaEnvironment environment, Iterable<NvmlProvider> providers) {
    return open(
        environment, providers, DeviceAccess::lost, Clock.systemUTC(), XidWatcher.Pace.NORMAL);
  }

  static HealthMonitor open(
      CudaEnvironment environment,
      Iterable<NvmlProvider> providers,
      BooleanSupplier gpuLost,
      Clock clock,
      XidWatcher.Pace pace) {
    for (NvmlProvider provider : providers) {
      Optional<String> missing = provider.missingLibrary(environment);
      if (missing.isPresent()) {
        throw new HealthUnavailableException(
            "There is no library " + missing.get() + " here",
            "In a container, ask for a GPU, set NVIDIA_DRIVER_CAPABILITIES to compute,utility, and"
                + " use an image with the CUDA runtime. Elsewhere install the driver",
            false,
            null);
      }
      try {
        Nvml nvml = provider.load();
        nvml.initialize();
        return initialized(nvml, gpuLost, clock, pace);
      } catch (NvmlException e) {
        boolean lost = gpuLost.getAsBoolean();
        throw new HealthUnavailableException(
            e.problem(),
            lost
                ? "The container has lost its GPU, as happens when 'systemctl daemon-reload' is run"
                    + " on the node: make the pod anew"
                : e.remedy(),
            lost,
            e);
      } catch (LinkageError e) {
        throw new HealthUnavailableException(
            "NVML's library is there and cannot be loaded: " + e.getMessage(),
            "Check that it is for this processor and readable",
            false,
            e);
      }
    }
    throw new HealthUnavailableException(
        "There is no NVML implementation on the class path",
        "Keep META-INF/services when jars are merged into one",
        false,
        null);
  }

  private static HealthMonitor initialized(
      Nvml nvml, BooleanSupplier gpuLost, Clock clock, XidWatcher.Pace pace) {
    try {
      return new HealthMonitor(nvml, gpuLost, clock, pace);
    } catch (RuntimeException e) {
      nvml.shutdown();
      throw e;
    }
  }

  /**
   * The release of the driver.
   *
   * @throws NvmlException if NVML fails
   * @throws IllegalStateException if this is closed
   */
  public synchronized DriverRelease driverRelease() {
    return DriverRelease.parse(nvml().driverRelease());
  }

  /**
   * How all GPUs are now, in NVML's order. What a GPU does not tell is a {@link Missing} reading. A
   * GPU that has told its name once stays in the list, whatever becomes of it.
   *
   * @throws NvmlException if NVML does not even count the GPUs
   * @throws IllegalStateException if this is closed
   */
  public synchronized List<DeviceHealth> devices() {
    nvml();
    return roster.read().stream()
        .map(gpu -> reader.read(gpu.index(), gpu.handle(), gpu.uuid(), gpu.name()))
        .toList();
  }

  /**
   * The GPUs that NVML counts, and that have never told their UUID.
   *
   * @throws NvmlException if NVML does not even count the GPUs
   * @throws IllegalStateException if this is closed
   */
  public synchronized List<SilentGpu> silentGpus() {
    nvml();
    return roster.silent();
  }

  /**
   * How the GPUs are connected with each other.
   *
   * @throws NvmlException if NVML does not even count the GPUs
   * @throws IllegalStateException if this is closed
   */
  public synchronized Topology topology() {
    nvml();
    return new TopologyReader(nvml, Path.of("/sys/bus/pci/devices")).read(roster.read());
  }

  /**
   * Tells of each Xid from now on. All watches of a monitor have one daemon thread, in which the
   * listener is called; what it throws goes to the thread's handler of uncaught exceptions and ends
   * nothing.
   *
   * @param listener called within about a second
   * @throws IllegalStateException if this is closed
   */
  public synchronized Watch watch(Consumer<XidEvent> listener) {
    nvml();
    return xids.watch(listener);
  }

  /** A watch for Xids. It ends with the monitor, or before. */
  public interface Watch extends AutoCloseable {
    /** Ends the watch. */
    @Override
    void close();
  }

  /** The Xids that were heard of while there was a watch, the last thousand, oldest first. */
  public List<XidEvent> events() {
    return xids.events();
  }

  /**
   * Whether a device can be worked with: by its readings now, by the Xids that were heard of while
   * there was a watch, and by whether this container may still open it. A MIG instance is judged by
   * its GPU, but for the Xids of other instances.
   *
   * @param uuid of a GPU or a MIG instance
   * @throws NvmlException if NVML does not even count the GPUs
   * @throws IllegalStateException if this is closed
   */
  public synchronized Verdict verdict(DeviceUuid uuid) {
    for (DeviceHealth gpu : devices()) {
      boolean itself = gpu.uuid().equals(uuid);
      if (itself || gpu.instances().stream().anyMatch(i -> i.instance().uuid().equals(uuid))) {
        return Judgement.of(
            gpu,
            itself ? Optional.empty() : Optional.of(uuid),
            xids.events(),
            gpuLost.getAsBoolean());
      }
    }
    return Judgement.ofAbsent(
        roster.silent().stream().map(SilentGpu::why).findFirst().orElse(Why.GPU_LOST),
        gpuLost.getAsBoolean());
  }

  /** The same of a whole GPU that was read just before. */
  public Verdict verdict(DeviceHealth gpu) {
    return Judgement.of(gpu, Optional.empty(), xids.events(), gpuLost.getAsBoolean());
  }

  private Nvml nvml() {
    if (closed) {
      throw new IllegalStateException("This monitor is closed");
    }
    return nvml;
  }

  /**
   * Ends all watches and gives NVML back. Others in this process that use it are not disturbed.
   * Waits for the thread of the watches: about half a second.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (xids.close()) {
      nvml.shutdown();
    }
  }
}

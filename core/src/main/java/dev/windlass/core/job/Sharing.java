package dev.windlass.core.job;

/**
 * How a job's GPUs may be shared with other pods. Backends run {@link Exclusive} today and refuse
 * the others with an error that says so.
 */
public sealed interface Sharing {

  /** Whole GPUs that nobody else uses. */
  record Exclusive() implements Sharing {}

  /**
   * Multi-Instance GPU: slices of a GPU with memory and faults kept apart by the hardware.
   *
   * @param profile the slice's profile as NVIDIA writes it, for example {@code 1g.10gb}
   */
  record Mig(String profile) implements Sharing {}

  /** Time-slicing: pods take turns on one GPU; nothing keeps their memory or faults apart. */
  record TimeSliced() implements Sharing {}

  /**
   * CUDA's Multi-Process Service: kernels of several pods run at once, with a memory share each.
   */
  record Mps() implements Sharing {}

  /**
   * Dynamic resource allocation: a claim on a Kubernetes device class.
   *
   * @param deviceClass the device class, for example {@code gpu.nvidia.com}
   */
  record Dra(String deviceClass) implements Sharing {}

  /** Whole GPUs that nobody else uses; the default. */
  static Sharing exclusive() {
    return new Exclusive();
  }

  /** Slices of the profile, for example {@code 1g.10gb}. */
  static Sharing mig(String profile) {
    return new Mig(profile);
  }

  /** A turn on a GPU that others use too. */
  static Sharing timeSliced() {
    return new TimeSliced();
  }

  /** A share of a GPU under MPS. */
  static Sharing mps() {
    return new Mps();
  }

  /** A claim on a device class. */
  static Sharing dra(String deviceClass) {
    return new Dra(deviceClass);
  }
}

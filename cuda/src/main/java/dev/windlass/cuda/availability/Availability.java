package dev.windlass.cuda.availability;

/** Whether CUDA can be used here; if not, why and what to do. */
public sealed interface Availability {
  /**
   * CUDA can be used.
   *
   * @param driver the name of the driver implementation that answered
   * @param driverVersion the newest CUDA version that the driver knows
   * @param fit how that serves the toolkit that Windlass is built on
   * @param devices how many devices there are, 1 or more
   */
  record Available(String driver, CudaVersion driverVersion, DriverFit fit, int devices)
      implements Availability {}

  /**
   * CUDA cannot be used.
   *
   * @param reason why, for programs
   * @param problem why, for people: one or more sentences without the last full stop
   * @param remedy what to do, in the same form
   */
  record Unavailable(UnavailableReason reason, String problem, String remedy)
      implements Availability {}
}

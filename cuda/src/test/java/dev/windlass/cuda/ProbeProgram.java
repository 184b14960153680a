package dev.windlass.cuda;

import dev.windlass.cuda.availability.CudaUnavailableException;

/** A user's program, for {@link NewJvmTest}. */
final class ProbeProgram {
  private ProbeProgram() {}

  public static void main(String[] args) {
    System.out.println(Cuda.probe());
    try (Cuda cuda = Cuda.open()) {
      cuda.devices().forEach(System.out::println);
    } catch (CudaUnavailableException e) {
      System.out.println(e.reason());
    }
  }
}

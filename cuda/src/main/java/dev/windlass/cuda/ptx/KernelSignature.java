package dev.windlass.cuda.ptx;

import java.util.List;

/**
 * What a kernel takes.
 *
 * @param name its name in the code, mangled where it is C++
 * @param parameters its parameters
 * @param parameterBytes the size of their block
 * @param bounds what it asks of its launch
 */
public record KernelSignature(
    String name, List<Parameter> parameters, int parameterBytes, LaunchBounds bounds) {
  /** Copies. */
  public KernelSignature {
    parameters = List.copyOf(parameters);
  }
}

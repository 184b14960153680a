package dev.windlass.cuda.ptx;

import java.util.List;
import java.util.Optional;

/**
 * What is read from PTX text. The text is not checked for more than is needed for that.
 *
 * @param version of PTX
 * @param target the architecture, as {@code sm_75}
 * @param kernels with a body, in the text's order
 */
public record PtxFile(PtxVersion version, String target, List<KernelSignature> kernels) {
  /** Copies. */
  public PtxFile {
    kernels = List.copyOf(kernels);
  }

  /**
   * Reads PTX. The time is linear in the text's length; a kernel so large that its pointers cannot
   * be followed in bounded time gets pointers with which anything may be done.
   *
   * @param ptx the text
   * @throws PtxException if it is not PTX, or ends early
   */
  public static PtxFile parse(String ptx) {
    return new PtxParser(new Lexer(ptx)).parse();
  }

  /** The kernel of that name in the code. */
  public Optional<KernelSignature> kernel(String name) {
    return kernels.stream().filter(k -> k.name().equals(name)).findFirst();
  }
}

package dev.windlass.cuda.ptx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** PTX for tests. */
final class Ptx {
  private Ptx() {}

  /** A file of {@code src/test/resources/kernels}, made by NVRTC. */
  static String resource(String name) {
    try {
      return Files.readString(Path.of("src/test/resources/kernels", name + ".ptx"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One kernel {@code k} with these parameters and this body. */
  static KernelSignature kernel(String parameters, String body) {
    return PtxFile.parse(text(parameters, body)).kernels().get(0);
  }

  static String text(String parameters, String body) {
    return """
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry k(%s)
        {
          .reg .pred %%p<9>;
          .reg .b64 %%rd<99>;
          %s
          ret;
        }
        """
        .formatted(parameters, body);
  }

  /** The parameters in short: {@code int4, float4, *r float4, *rw ?, long8 (?rw), struct16}. */
  static String show(KernelSignature kernel) {
    return kernel.parameters().stream().map(Ptx::show).collect(Collectors.joining(", "));
  }

  private static String show(Parameter p) {
    String use =
        p.pointer()
            .map(
                u ->
                    (u.read() ? "r" : "")
                        + (u.written() ? "w" : "")
                        + u.element().map(e -> " " + short_(e)).orElse(" ?"))
            .orElse("");
    return switch (p.kind()) {
      case POINTER -> "*" + use;
      case STRUCT -> "struct" + p.bytes();
      default ->
          p.kind().name().toLowerCase(java.util.Locale.ROOT)
              + p.bytes()
              + (use.isEmpty() ? "" : "(" + use + ")");
    };
  }

  private static String short_(Element e) {
    return e.kind().name().toLowerCase(java.util.Locale.ROOT) + e.bytes();
  }
}

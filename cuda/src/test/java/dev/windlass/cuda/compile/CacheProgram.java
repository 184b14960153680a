package dev.windlass.cuda.compile;

import dev.windlass.core.job.Memory;
import dev.windlass.cuda.availability.CudaVersion;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Writes and reads a few keys of a cache, which is too small for all of them; the content of each
 * is known.
 */
final class CacheProgram {
  private CacheProgram() {}

  public static void main(String[] arguments) {
    CompileCache cache = new CompileCache(Path.of(arguments[0]), Memory.bytes(60_000));
    Random random = new Random();
    for (int i = 0; i < 300; i++) {
      int n = random.nextInt(6);
      String key = "%064d".formatted(n);
      String ptx = String.valueOf(n).repeat(20_000);
      Optional<CompiledCode> found = cache.find(key, "a.cu");
      if (found.isPresent() && !found.get().ptx().equals(ptx)) {
        throw new IllegalStateException("key " + n + " holds something else");
      }
      if (found.isEmpty()) {
        cache.keep(
            key,
            new CompiledCode("a.cu", ptx, Optional.empty(), Map.of(), "", new CudaVersion(13, 1)));
      }
    }
  }
}

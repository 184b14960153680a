package dev.windlass.core.local;

import dev.windlass.core.backend.JobHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program of its own that submits jobs, says so, and then does nothing until it is killed. */
final class Submitter {
  private Submitter() {}

  /**
   * Submits.
   *
   * @param args the home folder; a file to wait for; GPUs for each job; then a name and a script
   *     for each job
   */
  public static void main(String[] args) throws Exception {
    try (LocalBackend backend =
        LocalBackend.builder().home(Path.of(args[0])).simulatedGpus(2).open()) {
      System.out.println("ready");
      while (!Files.exists(Path.of(args[1]))) {
        Thread.sleep(1);
      }
      for (int i = 3; i < args.length; i += 2) {
        JobHandle job =
            backend.submit(
                LocalCase.sh(args[i], args[i + 1]).gpus(Integer.parseInt(args[2])).build());
        System.out.println("submitted " + job.name());
      }
      Thread.sleep(600_000);
    }
  }
}

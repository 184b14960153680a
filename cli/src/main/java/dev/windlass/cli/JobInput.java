package dev.windlass.cli;

import dev.windlass.core.job.GpuJob;
import dev.windlass.core.jobfile.Imported;
import dev.windlass.core.jobfile.JobFile;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Jobs from files. */
final class JobInput {
  private JobInput() {}

  /** Reads a job, and says what could not be carried over into it. */
  static GpuJob read(Path file, Screen screen) {
    Imported imported = JobFile.readAny(file);
    imported.notes().forEach(note -> screen.err("Note: " + note));
    return imported.job();
  }

  /**
   * The namespace that the job goes to, if anything says.
   *
   * @throws ParameterException if option and file contradict each other
   */
  static Optional<String> namespace(GpuJob job, Optional<String> option, CommandSpec command) {
    if (option.isPresent() && job.namespace().isPresent() && !option.equals(job.namespace())) {
      throw new ParameterException(
          command.commandLine(),
          "--namespace says '"
              + option.get()
              + "' and the job file '"
              + job.namespace().get()
              + "'; leave one out.");
    }
    return option.or(job::namespace);
  }
}

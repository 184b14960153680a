package dev.windlass.cli;

import dev.windlass.core.backend.Backend;
import dev.windlass.core.job.MountSource;
import dev.windlass.core.job.PersistentVolumeClaim;
import dev.windlass.examples.digits.DigitsTraining;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code windlass demo}. */
@Command(
    name = "demo",
    description = {
      "Trains a classifier of handwritten digits in a GPU job.",
      "",
      "On this machine, a GPU is simulated where there is none. An earlier demo makes room."
    })
final class DemoCommand extends BackendCommand {
  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "Kubernetes: the image, with Java 17 or newer. Default: ${DEFAULT-VALUE}.",
      defaultValue = DigitsTraining.IMAGE)
  private String image = DigitsTraining.IMAGE;

  @Option(
      names = "--claim",
      paramLabel = "NAME",
      description = "The persistent volume claim to which the model goes.")
  private Optional<String> claim = Optional.empty();

  @Mixin private Submission.Options options = new Submission.Options();

  DemoCommand(Host host) {
    super(host);
  }

  @Override
  BackendOptions.Choice prepare(BackendOptions.Choice choice) {
    options.setReplace();
    return isLocal(choice) ? choice.simulatedGpusIfUnset(1) : choice;
  }

  @Override
  ExitCode call(Backend backend, BackendOptions.Choice choice) {
    MountSource otherwise =
        isLocal(choice) ? DigitsTraining.localData() : DigitsTraining.clusterData();
    MountSource data =
        claim.<MountSource>map(name -> PersistentVolumeClaim.of(name)).orElse(otherwise);
    ExitCode code =
        new Submission(host(), backend, choice, options).run(DigitsTraining.job(image, data));
    if (!isLocal(choice) && claim.isEmpty()) {
      screen().err("The model goes with the pod; --claim NAME keeps it in a volume.");
    }
    return code;
  }

  private static boolean isLocal(BackendOptions.Choice choice) {
    return choice.kind() == BackendOptions.Kind.LOCAL;
  }
}

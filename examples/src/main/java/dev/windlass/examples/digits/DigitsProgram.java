package dev.windlass.examples.digits;

import dev.windlass.core.context.JobContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The program in the job of {@link DigitsTraining}: trains, reports progress, keeps checkpoints,
 * goes on from the last one after it was killed, and saves the model. Runs from an IDE as well; its
 * files then go to {@code target/digits}.
 *
 * <p>Options: {@code --epochs N} (60), {@code --pause-millis N} after each epoch (0).
 */
public final class DigitsProgram {
  /** The file with the model, in the data directory. */
  static final String MODEL = "digits.model";

  private static final int CHECKPOINT_EVERY = 5;

  private DigitsProgram() {}

  /** Trains to the end. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int epochs = option(args, "--epochs", 60);
    int pauseMillis = option(args, "--pause-millis", 0);
    train(JobContext.current(), Digits.load(), epochs, pauseMillis);
  }

  static void train(JobContext job, Digits digits, int epochs, int pauseMillis)
      throws IOException, InterruptedException {
    Path data = job.dataDirectory().orElse(Path.of("target", "digits"));
    Path folder = job.checkpointDirectory().orElse(data.resolve("checkpoints"));
    Checkpoints checkpoints = new Checkpoints(Files.createDirectories(folder));
    SoftmaxClassifier model = new SoftmaxClassifier();
    int first = 1;
    Optional<Checkpoints.Checkpoint> last = checkpoints.latest();
    if (last.isPresent()) {
      model = new SoftmaxClassifier(last.get().weights());
      first = last.get().epoch() + 1;
      System.out.println("Resuming after epoch " + last.get().epoch());
    }
    job.onTermination(checkpoints::save);
    for (int epoch = first; epoch <= epochs; epoch++) {
      double loss = model.train(digits.training(), epoch);
      double accuracy = model.accuracy(digits.test());
      checkpoints.offer(epoch, model.weights());
      if (epoch % CHECKPOINT_EVERY == 0) {
        checkpoints.save();
      }
      job.progress(epoch, epochs, Map.of("loss", loss, "accuracy", accuracy));
      Thread.sleep(pauseMillis);
    }
    Path file = data.resolve(MODEL);
    AtomicFile.write(file, SoftmaxClassifier.bytes(model.weights()));
    checkpoints.delete();
    double accuracy = 100 * model.accuracy(digits.test());
    System.out.printf(Locale.ROOT, "Test accuracy: %.1f %%%n", accuracy);
    System.out.println("Model: " + file.toAbsolutePath());
  }

  private static int option(String[] args, String name, int otherwise) {
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (args[i].equals(name)) {
        return Integer.parseInt(args[i + 1]);
      }
    }
    return otherwise;
  }
}

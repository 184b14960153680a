package dev.windlass.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.core.backend.JobEvent;
import dev.windlass.core.backend.LogLine;
import dev.windlass.core.backend.ProgressLine;
import dev.windlass.core.context.JobContext;
import dev.windlass.core.context.JobEnvironment;
import dev.windlass.core.job.EmptyDir;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.InlineFiles;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DigitsProgramTest {
  private static final GpuJob JOB = DigitsTraining.job("image", EmptyDir.disk());
  private static final int EPOCHS = 60;
  private static Digits digits;

  @TempDir Path data;

  @BeforeAll
  static void load() throws IOException {
    digits = Digits.load();
  }

  @Test
  void load_isAllOfTheDataSet_splitTheSameWayEachTime() throws IOException {
    assertThat(digits.training()).hasSize(1437);
    assertThat(digits.test()).hasSize(360);
    assertThat(digits.test().get(0).pixels()).isEqualTo(Digits.load().test().get(0).pixels());
    long[] ofEach = new long[10];
    digits.training().forEach(i -> ofEach[i.digit()]++);
    digits.test().forEach(i -> ofEach[i.digit()]++);
    // As the description of the data set counts them.
    assertThat(ofEach).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
  }

  @Test
  void train_toTheEnd_learnsReportsAndSavesTheModel() throws Exception {
    List<JobEvent.Progress> progress = train(data, EPOCHS);
    assertThat(progress).hasSize(EPOCHS);
    Map<String, Double> first = progress.get(0).metrics();
    Map<String, Double> last = progress.get(EPOCHS - 1).metrics();
    assertThat(last.get("loss")).isLessThan(first.get("loss") / 2);
    double[] weights = new double[SoftmaxClassifier.WEIGHTS];
    ByteBuffer.wrap(model(data)).asDoubleBuffer().get(weights);
    double accuracy = new SoftmaxClassifier(weights).accuracy(digits.test());
    assertThat(accuracy).isGreaterThan(0.9).isEqualTo(last.get("accuracy"));
    assertThat(checkpoint(data)).doesNotExist();
  }

  @Test
  void killed_andRunAgain_goesOnAndEndsWithTheSameBytes() throws Exception {
    Process first = start("--epochs", "" + EPOCHS, "--pause-millis", "100");
    readUntilStep(first, 7);
    assertThat(first.isAlive()).isTrue();
    first.destroyForcibly().waitFor();
    assertThat(Files.exists(checkpoint(data))).isTrue();

    Process second = start("--epochs", "" + EPOCHS);
    List<String> lines = second.inputReader().lines().toList();
    assertThat(second.waitFor()).isZero();
    String resuming = "Resuming after epoch ";
    assertThat(lines.get(0)).startsWith(resuming);
    int epoch = Integer.parseInt(lines.get(0).substring(resuming.length()));
    assertThat(epoch).isGreaterThanOrEqualTo(5);
    assertThat(progress(lines).get(0).step()).isEqualTo(epoch + 1L);
    assertThat(lines.get(lines.size() - 2)).matches("Test accuracy: 9\\d\\.\\d %");
    assertThat(lines.get(lines.size() - 1)).contains(data.resolve(DigitsProgram.MODEL).toString());

    Path whole = Files.createDirectory(data.resolve("whole"));
    train(whole, EPOCHS);
    assertThat(model(data)).isEqualTo(model(whole));
  }

  @Test
  void terminated_savesTheLastEpochFirst() throws Exception {
    // Sleeps for ever after the first epoch, long before a checkpoint is due.
    Process child = start("--pause-millis", "1000000");
    readUntilStep(child, 1);
    assertThat(checkpoint(data)).doesNotExist();
    child.destroy();
    assertThat(child.waitFor()).isEqualTo(143);
    assertThat(new Checkpoints(data.resolve("checkpoints")).latest().orElseThrow().epoch())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "cut", "flipped", "longer"})
  void damagedCheckpoint_isIgnored(String damage) throws Exception {
    Checkpoints checkpoints = new Checkpoints(Files.createDirectory(data.resolve("checkpoints")));
    checkpoints.offer(3, new double[SoftmaxClassifier.WEIGHTS]);
    checkpoints.save();
    assertThat(checkpoints.latest().orElseThrow().epoch()).isEqualTo(3);
    byte[] bytes = Files.readAllBytes(checkpoint(data));
    Files.write(
        checkpoint(data),
        switch (damage) {
          case "empty" -> new byte[0];
          case "cut" -> Arrays.copyOf(bytes, bytes.length / 2);
          case "longer" -> Arrays.copyOf(bytes, bytes.length + 1);
          default -> {
            bytes[bytes.length / 2] ^= 1;
            yield bytes;
          }
        });
    assertThat(train(data, 2).get(0).step()).isEqualTo(1);
  }

  private static List<JobEvent.Progress> train(Path data, int epochs) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JobContext job =
        JobContext.of(
            Map.of(JobEnvironment.DATA_DIR, data.toString()),
            new PrintStream(out, true, StandardCharsets.UTF_8));
    DigitsProgram.train(job, digits, epochs, 0);
    return progress(out.toString(StandardCharsets.UTF_8).lines().toList());
  }

  /** Runs the job's own command on the job's own files, and nothing else on its class path. */
  private Process start(String... args) throws IOException {
    Path app = Files.createDirectories(data.resolve("app"));
    InlineFiles jars = (InlineFiles) JOB.mounts().get(0).source();
    for (String name : jars.names()) {
      Files.write(app.resolve(name), jars.content(name));
    }
    List<String> command = new ArrayList<>(JOB.command());
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.replaceAll(word -> word.replace("/app/", app + "/"));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_"));
    builder.environment().put(JobEnvironment.DATA_DIR, data.toString());
    return builder.start();
  }

  private static void readUntilStep(Process child, int step) throws IOException {
    BufferedReader lines = child.inputReader();
    StringBuilder seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.append(line).append('\n');
      if (progress(List.of(line)).stream().anyMatch(p -> p.step() == step)) {
        return;
      }
    }
    throw new AssertionError("The program ended before step " + step + ":\n" + seen);
  }

  private static List<JobEvent.Progress> progress(List<String> lines) {
    return lines.stream()
        .map(text -> new LogLine(Instant.EPOCH, 1, 0, LogLine.Stream.STDOUT, text))
        .flatMap(line -> ProgressLine.parse(line).stream())
        .toList();
  }

  private static Path checkpoint(Path data) {
    return data.resolve("checkpoints/digits.checkpoint");
  }

  private static byte[] model(Path data) throws IOException {
    return Files.readAllBytes(data.resolve(DigitsProgram.MODEL));
  }
}

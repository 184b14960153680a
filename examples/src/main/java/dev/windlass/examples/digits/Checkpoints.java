package dev.windlass.examples.digits;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The state of the training on disk: the epoch, the weights, and a checksum. The training offers
 * its state after each epoch; {@link #save} writes what was offered last, and may be called by the
 * thread that SIGTERM starts.
 */
final class Checkpoints {
  private static final int FORMAT = 0x44494731;
  private static final int BODY = 2 * Integer.BYTES + SoftmaxClassifier.WEIGHTS * Double.BYTES;

  private final Path file;
  private Optional<Checkpoint> offered = Optional.empty();

  /** The state after an epoch. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Checkpoint(int epoch, double[] weights) {}

  Checkpoints(Path folder) {
    this.file = folder.resolve("digits.checkpoint");
  }

  /** The state that was saved last; one that is damaged counts as none. */
  Optional<Checkpoint> latest() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length != BODY + Long.BYTES
        || in.getLong(BODY) != checksum(bytes)
        || in.getInt() != FORMAT) {
      System.out.println("Ignoring " + file + ": it is damaged. Starting from the beginning.");
      return Optional.empty();
    }
    int epoch = in.getInt();
    double[] weights = new double[SoftmaxClassifier.WEIGHTS];
    in.asDoubleBuffer().get(weights);
    return Optional.of(new Checkpoint(epoch, weights));
  }

  synchronized void offer(int epoch, double[] weights) {
    offered = Optional.of(new Checkpoint(epoch, weights));
  }

  /** Writes what was offered last, if anything. */
  synchronized void save() {
    if (offered.isEmpty()) {
      return;
    }
    ByteBuffer out = ByteBuffer.allocate(BODY + Long.BYTES);
    out.putInt(FORMAT).putInt(offered.get().epoch());
    out.put(SoftmaxClassifier.bytes(offered.get().weights()));
    out.putLong(checksum(out.array()));
    try {
      AtomicFile.write(file, out.array());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the checkpoint " + file, e);
    }
  }

  /** Removes it: the training has ended. */
  synchronized void delete() throws IOException {
    offered = Optional.empty();
    Files.deleteIfExists(file);
  }

  private static long checksum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes, 0, BODY);
    return sum.getValue();
  }
}

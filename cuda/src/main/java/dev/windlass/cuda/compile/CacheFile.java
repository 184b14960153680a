package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The form of a cached file: the format's name, the SHA-256 of the rest, then each part with its
 * length before it.
 */
final class CacheFile {
  /** Changes with the form, and with what is compiled from the same input. */
  static final String FORMAT = "windlass-cuda-1";

  private static final byte[] HEAD = FORMAT.getBytes(StandardCharsets.US_ASCII);
  private static final int SUM_BYTES = 32;

  private CacheFile() {}

  /** A file that is not as it was written. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  static byte[] write(CompiledCode code) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(body)) {
      out.writeUTF(code.compiler().toString());
      writeText(out, code.ptx());
      byte[] cubin = code.cubin().orElse(new byte[0]);
      out.writeInt(cubin.length);
      out.write(cubin);
      writeText(out, code.log());
      out.writeInt(code.loweredNames().size());
      for (Map.Entry<String, String> name : code.loweredNames().entrySet()) {
        writeText(out, name.getKey());
        writeText(out, name.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] bytes = body.toByteArray();
    byte[] file = Arrays.copyOf(HEAD, HEAD.length + SUM_BYTES + bytes.length);
    System.arraycopy(sha256().digest(bytes), 0, file, HEAD.length, SUM_BYTES);
    System.arraycopy(bytes, 0, file, HEAD.length + SUM_BYTES, bytes.length);
    return file;
  }

  static CompiledCode read(byte[] file, String name) throws DamagedException {
    int start = HEAD.length + SUM_BYTES;
    if (file.length < start || !Arrays.equals(HEAD, 0, HEAD.length, file, 0, HEAD.length)) {
      throw new DamagedException("it has " + file.length + " bytes and no head");
    }
    MessageDigest sum = sha256();
    sum.update(file, start, file.length - start);
    if (!MessageDigest.isEqual(sum.digest(), Arrays.copyOfRange(file, HEAD.length, start))) {
      throw new DamagedException("its checksum is wrong");
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(file, start, file.length - start))) {
      CudaVersion compiler = CudaVersion.parse(in.readUTF());
      String ptx = readText(in);
      byte[] cubin = in.readNBytes(in.readInt());
      String log = readText(in);
      Map<String, String> names = new LinkedHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        names.put(readText(in), readText(in));
      }
      return new CompiledCode(
          name,
          ptx,
          cubin.length == 0 ? Optional.empty() : Optional.of(cubin),
          names,
          log,
          compiler);
    } catch (IOException | IllegalArgumentException e) {
      throw new DamagedException("its parts do not fit");
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}

package dev.windlass.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Looks at code before the driver does: the driver is told no length, and reads on where an image
 * is cut off.
 */
enum ModuleImage {
  PTX,
  CUBIN,
  FATBIN;

  private static final int ELF = 0x464c457f;
  private static final int FATBIN_MAGIC = 0xba55ed50;
  private static final int ELF_HEADER = 64;
  private static final int CUDA_MACHINE = 190;
  private static final int FATBIN_HEADER = 16;

  /**
   * What an image is.
   *
   * @throws InvalidUseException if it is nothing that can be loaded, or not all of it is there
   */
  static ModuleImage of(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int magic = image.length >= 4 ? bytes.getInt(0) : 0;
    if (magic == ELF) {
      checkCubin(bytes);
      return CUBIN;
    }
    if (magic == FATBIN_MAGIC) {
      checkFatbin(bytes);
      return FATBIN;
    }
    if (!isPtx(image)) {
      throw invalid(
          image.length == 0
              ? "it is empty"
              : "it is no PTX, no cubin and no fatbin; it has %d bytes and starts with %s"
                  .formatted(image.length, start(image)));
    }
    return PTX;
  }

  private static boolean isPtx(byte[] image) {
    String start = new String(image, 0, Math.min(image.length, 1 << 14), StandardCharsets.US_ASCII);
    return start.contains(".version") && start.indexOf('\0') < 0;
  }

  private static void checkCubin(ByteBuffer elf) {
    int size = elf.capacity();
    if (size < ELF_HEADER) {
      throw invalid("it is a cubin cut off after %d bytes, within its header".formatted(size));
    }
    if (elf.get(4) != 2 || elf.get(5) != 1 || elf.getShort(18) != CUDA_MACHINE) {
      throw invalid("it is an ELF file, but not one for a GPU");
    }
    checkTable(elf, elf.getLong(32), elf.getShort(54) & 0xffff, elf.getShort(56) & 0xffff);
    long sections = elf.getLong(40);
    int entry = elf.getShort(58) & 0xffff;
    int count = elf.getShort(60) & 0xffff;
    checkTable(elf, sections, entry, count);
    for (int i = 0; i < count && entry >= ELF_HEADER; i++) {
      int at = (int) sections + i * entry;
      boolean inFile = elf.getInt(at + 4) != 8; // SHT_NOBITS
      if (inFile) {
        checkTable(elf, elf.getLong(at + 24), elf.getLong(at + 32), 1);
      }
    }
  }

  private static void checkTable(ByteBuffer elf, long offset, long entryBytes, int count) {
    long bytes = entryBytes * count;
    if (bytes != 0
        && (offset < 0 || entryBytes < 0 || offset > elf.capacity() - bytes || bytes < 0)) {
      throw invalid(
          "it is a cubin cut off after %d bytes; it should have %d or more"
              .formatted(elf.capacity(), offset + bytes));
    }
  }

  private static void checkFatbin(ByteBuffer fatbin) {
    int size = fatbin.capacity();
    long wanted = size < FATBIN_HEADER ? FATBIN_HEADER : fatbin.getShort(6) + fatbin.getLong(8);
    if (wanted < FATBIN_HEADER || wanted > size) {
      throw invalid(
          "it is a fatbin cut off after %d bytes; it should have %d".formatted(size, wanted));
    }
  }

  private static String start(byte[] image) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(8, image.length); i++) {
      hex.append("%02x ".formatted(image[i]));
    }
    return hex.toString().strip();
  }

  private static InvalidUseException invalid(String problem) {
    return new InvalidUseException(
        "loading code", "the image cannot be used: " + problem, "Hand over the whole file");
  }
}

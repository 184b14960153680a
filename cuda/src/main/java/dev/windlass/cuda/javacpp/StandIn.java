package dev.windlass.cuda.javacpp;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A library with a name and nothing else, so that NVRTC can be used on a machine without a driver.
 *
 * <p>NVRTC needs no driver. JavaCPP's glue for it does: its class loads the glue for CUDA first,
 * which is linked against the driver and the runtime. The loader is content with a library of the
 * right name that is there already, as functions are looked for only when they are called, and none
 * of these is. Used only for a library that is nowhere to be found, so nothing real is ever hidden.
 */
final class StandIn {
  private static final int HEADER = 64;
  private static final int SEGMENT = 56;
  private static final int SEGMENTS = 3;
  private static final int DYNAMIC = HEADER + SEGMENTS * SEGMENT;
  private static final int DYNAMIC_BYTES = 6 * 16;
  private static final int SYMBOLS = DYNAMIC + DYNAMIC_BYTES;
  private static final int SYMBOL_BYTES = 24;
  private static final int STRINGS = SYMBOLS + SYMBOL_BYTES;
  private static final int READ_WRITE = 6;
  private static final int X86_64 = 62;
  private static final int AARCH64 = 183;

  private StandIn() {}

  /** Whether there can be one on this platform. */
  static boolean possible(CudaEnvironment environment) {
    return environment.platform().equals("linux-x86_64")
        || environment.platform().equals("linux-arm64");
  }

  /**
   * Loads one.
   *
   * @throws UnsatisfiedLinkError if that fails
   */
  static void load(String name, CudaEnvironment environment) {
    try {
      Path folder = Files.createTempDirectory("windlass-");
      Path file = folder.resolve(name);
      try {
        boolean arm = environment.platform().endsWith("arm64");
        System.load(Files.write(file, elf(name, arm ? AARCH64 : X86_64)).toString());
      } finally {
        Files.deleteIfExists(file); // what is loaded stays
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      UnsatisfiedLinkError error = new UnsatisfiedLinkError("no place to write " + name);
      error.initCause(e);
      throw error;
    }
  }

  /**
   * A shared object in ELF: its name, and tables of symbols and strings, as the loader wants them.
   */
  static byte[] elf(String name, int machine) {
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    int strings = text.length + 2;
    int size = STRINGS + strings;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    elf.putShort((short) 3).putShort((short) machine).putInt(1);
    elf.putLong(0).putLong(HEADER).putLong(0).putInt(0);
    elf.putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) SEGMENTS);
    elf.position(HEADER);
    segment(elf, 1, 0, size, 0x1000); // PT_LOAD
    segment(elf, 2, DYNAMIC, DYNAMIC_BYTES, 8); // PT_DYNAMIC
    segment(elf, 0x6474e551, 0, 0, 16); // PT_GNU_STACK: not executable
    elf.putLong(14).putLong(1); // DT_SONAME
    elf.putLong(5).putLong(STRINGS); // DT_STRTAB
    elf.putLong(10).putLong(strings); // DT_STRSZ
    elf.putLong(6).putLong(SYMBOLS); // DT_SYMTAB
    elf.putLong(11).putLong(SYMBOL_BYTES); // DT_SYMENT
    elf.position(STRINGS + 1);
    elf.put(text);
    return elf.array();
  }

  private static void segment(ByteBuffer elf, int type, int offset, int bytes, int alignment) {
    elf.putInt(type).putInt(READ_WRITE);
    elf.putLong(offset).putLong(offset).putLong(offset);
    elf.putLong(bytes).putLong(bytes).putLong(alignment);
  }
}

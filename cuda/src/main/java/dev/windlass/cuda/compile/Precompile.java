package dev.windlass.cuda.compile;

import dev.windlass.cuda.availability.CudaEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Compiles {@code .cu} files to {@code .ptx} files at build time, so that a program needs no
 * compiler where it runs:
 *
 * <pre>{@code
 * java -cp ... dev.windlass.cuda.compile.Precompile \
 *     --out target/classes/kernels [--arch compute_75] [OPTION...] src/main/cuda/saxpy.cu ...
 * }</pre>
 *
 * <p>What starts with {@code -} and is none of the two goes to NVRTC. PTX of {@code compute_75}
 * runs on every device since Turing, with a driver that is as new as NVRTC. To compile, neither a
 * GPU nor a driver is needed. An error ends the program with the exception.
 */
public final class Precompile {
  private Precompile() {}

  /**
   * Compiles.
   *
   * @param arguments as above
   * @throws IllegalArgumentException if they name no file
   * @throws CompileException if a file does not compile
   * @throws CompilerUnavailableException if there is no NVRTC
   */
  public static void main(String[] arguments) {
    Path out = Path.of(".");
    String architecture = "compute_75";
    CompileOptions options = CompileOptions.DEFAULT;
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (argument.equals("--out") && i + 1 < arguments.length) {
        out = Path.of(arguments[++i]);
      } else if (argument.equals("--arch") && i + 1 < arguments.length) {
        architecture = arguments[++i];
      } else if (argument.startsWith("-")) {
        options = options.option(argument);
      } else {
        files.add(Path.of(argument));
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(
          "No .cu file is named. The arguments are"
              + " [--out FOLDER] [--arch ARCHITECTURE] [OPTION...] FILE.cu ...");
    }
    Nvrtc nvrtc =
        Compiler.load(
            CudaEnvironment.read(),
            ServiceLoader.load(NvrtcProvider.class, Precompile.class.getClassLoader()));
    for (Path file : files) {
      compile(nvrtc, file, out, options.commandLine(architecture));
    }
  }

  private static void compile(Nvrtc nvrtc, Path file, Path out, List<String> options) {
    String name = String.valueOf(file.getFileName());
    try {
      Nvrtc.Output output =
          nvrtc.compile(
              new Nvrtc.Program(
                  file.toString(), Files.readString(file), java.util.Map.of(), options, List.of()));
      if (output.code() != 0) {
        throw CompileException.refused(file.toString(), output.code(), output.log());
      }
      Files.createDirectories(out);
      Files.writeString(
          out.resolve(name.replaceFirst("\\.cu$", "") + ".ptx"),
          output.ptx(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Compiling " + file + " to " + out, e);
    }
  }
}

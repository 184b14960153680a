package dev.windlass.cuda.javacpp;

import static org.bytedeco.cuda.global.nvrtc.nvrtcAddNameExpression;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetLoweredName;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetNumSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTX;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTXSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.compile.CompileException;
import dev.windlass.cuda.compile.Nvrtc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * NVRTC by JavaCPP. All text that a call takes is kept in C memory, by a reference that outlives
 * the call, and freed after it.
 */
final class JavacppNvrtc implements Nvrtc {
  private JavacppNvrtc() {}

  /** The first touch of the presets: their static initialiser loads the native libraries. */
  static Nvrtc load() {
    try {
      Class.forName(nvrtc.class.getName());
    } catch (ClassNotFoundException e) {
      throw new LinkageError("JavaCPP's CUDA presets are not on the class path", e);
    }
    return new JavacppNvrtc();
  }

  @Override
  public CudaVersion version() {
    int[] major = new int[1];
    int[] minor = new int[1];
    check("", "nvrtcVersion", nvrtcVersion(major, minor));
    return new CudaVersion(major[0], minor[0]);
  }

  @Override
  public List<Integer> architectures() {
    int[] count = new int[1];
    check("", "nvrtcGetNumSupportedArchs", nvrtcGetNumSupportedArchs(count));
    int[] numbers = new int[count[0]];
    check("", "nvrtcGetSupportedArchs", nvrtcGetSupportedArchs(numbers));
    return Arrays.stream(numbers).sorted().boxed().toList();
  }

  @Override
  public Output compile(Program program) {
    try (Texts texts = new Texts();
        _nvrtcProgram handle = new _nvrtcProgram()) {
      List<Map.Entry<String, String>> headers = List.copyOf(program.headers().entrySet());
      check(
          program.name(),
          "nvrtcCreateProgram",
          nvrtcCreateProgram(
              handle,
              texts.text(program.source()),
              texts.text(program.name()),
              headers.size(),
              texts.list(headers.stream().map(Map.Entry::getValue).toList()),
              texts.list(headers.stream().map(Map.Entry::getKey).toList())));
      try {
        return compile(program, handle, texts);
      } finally {
        int ignored = nvrtcDestroyProgram(handle);
      }
    }
  }

  private static Output compile(Program program, _nvrtcProgram handle, Texts texts) {
    Map<String, BytePointer> expressions = new LinkedHashMap<>();
    for (String kernel : program.kernels()) {
      BytePointer text = texts.text(kernel);
      expressions.put(kernel, text);
      check(program.name(), "nvrtcAddNameExpression", nvrtcAddNameExpression(handle, text));
    }
    int code = nvrtcCompileProgram(handle, program.options().size(), texts.list(program.options()));
    SizeTPointer size = texts.size();
    byte[] log =
        bytes(
            program,
            "nvrtcGetProgramLog",
            size,
            () -> nvrtcGetProgramLogSize(handle, size),
            (byte[] to) -> nvrtcGetProgramLog(handle, to));
    if (code != 0) {
      return new Output(code, Scratch.text(log), "", new byte[0], Map.of());
    }
    byte[] ptx =
        bytes(
            program,
            "nvrtcGetPTX",
            size,
            () -> nvrtcGetPTXSize(handle, size),
            (byte[] to) -> nvrtcGetPTX(handle, to));
    byte[] cubin =
        bytes(
            program,
            "nvrtcGetCUBIN",
            size,
            () -> nvrtcGetCUBINSize(handle, size),
            (byte[] to) -> nvrtcGetCUBIN(handle, to));
    Map<String, String> lowered = new LinkedHashMap<>();
    PointerPointer<BytePointer> place = texts.place();
    expressions.forEach(
        (kernel, text) -> {
          check(program.name(), "nvrtcGetLoweredName", nvrtcGetLoweredName(handle, text, place));
          lowered.put(kernel, place.get(BytePointer.class).getString(StandardCharsets.UTF_8));
        });
    return new Output(0, Scratch.text(log), Scratch.text(ptx), cubin, lowered);
  }

  private interface Fill {
    int into(byte[] bytes);
  }

  private static byte[] bytes(
      Program program, String call, SizeTPointer size, IntSupplier sizeCall, Fill fill) {
    check(program.name(), call + "Size", sizeCall.getAsInt());
    byte[] bytes = new byte[Math.toIntExact(size.get())];
    if (bytes.length > 0) {
      check(program.name(), call, fill.into(bytes));
    }
    return bytes;
  }

  private static void check(String program, String call, int code) {
    if (code != 0) {
      throw CompileException.failed(program, call, code);
    }
  }

  /** C memory, all freed at once. */
  private static final class Texts implements AutoCloseable {
    private final List<Pointer> kept = new ArrayList<>();

    BytePointer text(String text) {
      return keep(new BytePointer(text, StandardCharsets.UTF_8));
    }

    PointerPointer<BytePointer> list(List<String> texts) {
      PointerPointer<BytePointer> list = keep(new PointerPointer<>(Math.max(1, texts.size())));
      for (int i = 0; i < texts.size(); i++) {
        list.put(i, text(texts.get(i)));
      }
      return list;
    }

    PointerPointer<BytePointer> place() {
      return keep(new PointerPointer<>(1));
    }

    SizeTPointer size() {
      return keep(new SizeTPointer(1));
    }

    private <T extends Pointer> T keep(T pointer) {
      kept.add(pointer);
      return pointer;
    }

    @Override
    public void close() {
      kept.forEach(Pointer::deallocate);
    }
  }
}

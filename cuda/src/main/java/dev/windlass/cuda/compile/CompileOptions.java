package dev.windlass.cuda.compile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How to compile. Each {@code with} and {@code add} method returns a changed copy.
 *
 * @param architecture of the code, as {@code sm_90a} or {@code compute_80}; empty: what fits the
 *     device best
 * @param defines macros; an empty value is defined as 1
 * @param includeFolders where headers are looked for
 * @param headers headers in memory, by the name that the source includes them by
 * @param kernels names of kernels in C++, as {@code scale<float>} or {@code math::scale}, by which
 *     they shall be found: a template is not compiled unless it is named here
 * @param fastMath faster and less exact functions, denormals as 0
 * @param lineInfo keeps source lines for profilers and debuggers
 * @param standard of C++, as {@code c++17}
 * @param extra further options, as on NVRTC's command line
 */
public record CompileOptions(
    Optional<String> architecture,
    Map<String, String> defines,
    List<Path> includeFolders,
    Map<String, String> headers,
    List<String> kernels,
    boolean fastMath,
    boolean lineInfo,
    String standard,
    List<String> extra) {
  /** C++17, the best code for the device, nothing else. */
  public static final CompileOptions DEFAULT =
      new CompileOptions(
          Optional.empty(),
          Map.of(),
          List.of(),
          Map.of(),
          List.of(),
          false,
          false,
          "c++17",
          List.of());

  /** Copies. */
  public CompileOptions {
    defines = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(defines));
    includeFolders = List.copyOf(includeFolders);
    headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    kernels = List.copyOf(kernels);
    extra = List.copyOf(extra);
  }

  /** For this architecture: {@code sm_90} makes machine code, {@code compute_90} PTX alone. */
  public CompileOptions withArchitecture(String name) {
    return new CompileOptions(
        Optional.of(name),
        defines,
        includeFolders,
        headers,
        kernels,
        fastMath,
        lineInfo,
        standard,
        extra);
  }

  /** With a macro. */
  public CompileOptions define(String name, Object value) {
    return new CompileOptions(
        architecture,
        with(defines, name, String.valueOf(value)),
        includeFolders,
        headers,
        kernels,
        fastMath,
        lineInfo,
        standard,
        extra);
  }

  /** With one more folder that headers are looked for in. */
  public CompileOptions includeFolder(Path folder) {
    return new CompileOptions(
        architecture,
        defines,
        with(includeFolders, folder),
        headers,
        kernels,
        fastMath,
        lineInfo,
        standard,
        extra);
  }

  /** With a header in memory. */
  public CompileOptions header(String name, String text) {
    return new CompileOptions(
        architecture,
        defines,
        includeFolders,
        with(headers, name, text),
        kernels,
        fastMath,
        lineInfo,
        standard,
        extra);
  }

  /** With a kernel that shall be found by its name in C++, as {@code scale<float>}. */
  public CompileOptions kernel(String name) {
    return new CompileOptions(
        architecture,
        defines,
        includeFolders,
        headers,
        with(kernels, name),
        fastMath,
        lineInfo,
        standard,
        extra);
  }

  /** With faster and less exact functions, or without. */
  public CompileOptions withFastMath(boolean on) {
    return new CompileOptions(
        architecture, defines, includeFolders, headers, kernels, on, lineInfo, standard, extra);
  }

  /** With source lines kept, or without. */
  public CompileOptions withLineInfo(boolean on) {
    return new CompileOptions(
        architecture, defines, includeFolders, headers, kernels, fastMath, on, standard, extra);
  }

  /** For this standard of C++, as {@code c++20}. */
  public CompileOptions withStandard(String name) {
    return new CompileOptions(
        architecture, defines, includeFolders, headers, kernels, fastMath, lineInfo, name, extra);
  }

  /** With a further option, as on NVRTC's command line. */
  public CompileOptions option(String text) {
    return new CompileOptions(
        architecture,
        defines,
        includeFolders,
        headers,
        kernels,
        fastMath,
        lineInfo,
        standard,
        with(extra, text));
  }

  /** As NVRTC wants them, for this architecture. */
  List<String> commandLine(String forArchitecture) {
    List<String> line = new ArrayList<>();
    line.add("--gpu-architecture=" + forArchitecture);
    line.add("--std=" + standard);
    if (fastMath) {
      line.add("--use_fast_math");
    }
    if (lineInfo) {
      line.add("-lineinfo");
    }
    defines.forEach(
        (name, value) -> line.add("--define-macro=" + name + (value.isEmpty() ? "" : "=" + value)));
    includeFolders.forEach(folder -> line.add("--include-path=" + folder.toAbsolutePath()));
    line.addAll(extra);
    return line;
  }

  private static <T> List<T> with(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return longer;
  }

  private static Map<String, String> with(Map<String, String> map, String key, String value) {
    Map<String, String> larger = new LinkedHashMap<>(map);
    larger.put(key, value);
    return larger;
  }
}

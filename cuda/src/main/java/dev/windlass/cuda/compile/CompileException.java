package dev.windlass.cuda.compile;

import dev.windlass.core.WindlassException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program does not compile. */
public final class CompileException extends WindlassException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 8;

  private final String log;
  private final transient List<Diagnostic> diagnostics;

  /** How bad a diagnostic is. */
  public enum Severity {
    ERROR,
    WARNING,
    REMARK
  }

  /**
   * One complaint of the compiler.
   *
   * @param file the source or header, by the name it was given
   * @param line from 1; 0 where the compiler named none
   * @param severity how bad it is
   * @param text what is said, one line
   */
  public record Diagnostic(String file, int line, Severity severity, String text) {
    private static final Pattern FORM =
        Pattern.compile(
            "(.{1,1000}?)\\((\\d{1,9})\\): (catastrophic error|error|warning|remark)"
                + "(?: #[0-9]+(?:-[A-Z])?)?: (.*)");
    private static final Pattern WITHOUT_PLACE =
        Pattern.compile("(?:nvrtc: |nvrtc-|ptxas )?(fatal|error|warning)\\s*: (.*)");

    /** Reads the compiler's log; lines that are no complaint of their own are left out. */
    public static List<Diagnostic> parseLog(String log, String source) {
      return log.lines().flatMap(line -> parse(line, source).stream()).toList();
    }

    private static List<Diagnostic> parse(String line, String source) {
      Matcher m = FORM.matcher(line);
      if (m.matches()) {
        return List.of(
            new Diagnostic(
                m.group(1), Integer.parseInt(m.group(2)), severity(m.group(3)), m.group(4)));
      }
      Matcher bare = WITHOUT_PLACE.matcher(line);
      return bare.matches()
          ? List.of(new Diagnostic(source, 0, severity(bare.group(1)), bare.group(2)))
          : List.of();
    }

    private static Severity severity(String word) {
      return switch (word) {
        case "warning" -> Severity.WARNING;
        case "remark" -> Severity.REMARK;
        default -> Severity.ERROR;
      };
    }

    /** As compilers write it: {@code saxpy.cu:3: error: ...}. */
    @Override
    public String toString() {
      return file
          + (line > 0 ? ":" + line : "")
          + ": "
          + severity.name().toLowerCase(java.util.Locale.ROOT)
          + ": "
          + text;
    }
  }

  private CompileException(String name, String problem, String remedy, String log) {
    super("compiling '" + name + "'", problem, remedy);
    this.log = log;
    this.diagnostics = Diagnostic.parseLog(log, name);
  }

  /**
   * NVRTC refused the program.
   *
   * @param name the source's name
   * @param code NVRTC's number
   * @param log the compiler's log
   */
  static CompileException refused(String name, int code, String log) {
    List<Diagnostic> errors =
        Diagnostic.parseLog(log, name).stream()
            .filter(d -> d.severity() == Severity.ERROR)
            .toList();
    if (code == INVALID_OPTION) {
      return new CompileException(
          name, "NVRTC does not take an option: " + log.strip(), "See CompileOptions.extra", log);
    }
    if (errors.isEmpty()) {
      return new CompileException(
          name,
          "NVRTC returned error " + code + (log.isBlank() ? " and no log" : ":\n" + log.strip()),
          "See the compiler's log",
          log);
    }
    StringBuilder problem =
        new StringBuilder(errors.size() == 1 ? "1 error" : errors.size() + " errors");
    errors.stream().limit(SHOWN).forEach(d -> problem.append("\n  ").append(d));
    if (errors.size() > SHOWN) {
      problem.append("\n  and ").append(errors.size() - SHOWN).append(" more");
    }
    return new CompileException(
        name, problem.toString(), "Correct the source; log() has all that the compiler said", log);
  }

  /**
   * A call of NVRTC failed that has nothing to do with the program.
   *
   * @param name the source's name
   * @param call NVRTC's name of the call
   * @param code what it returned
   */
  public static CompileException failed(String name, String call, int code) {
    return new CompileException(
        name,
        call + " returned error " + code,
        code == BUILTIN_OPERATION_FAILURE
            ? "libnvrtc-builtins must be beside libnvrtc, and of the same version"
            : "Look the number up under nvrtcResult in NVRTC's documentation",
        "");
  }

  static CompileException unsupported(String name, String problem, String remedy) {
    return new CompileException(name, problem, remedy, "");
  }

  private static final int INVALID_OPTION = 5;
  private static final int BUILTIN_OPERATION_FAILURE = 7;

  /** All that the compiler said. */
  public String log() {
    return log;
  }

  /** What it said, complaint by complaint, warnings too. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}

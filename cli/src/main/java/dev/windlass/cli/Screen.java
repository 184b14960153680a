package dev.windlass.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Where the command writes: results to standard output, all else to standard error. On a terminal
 * there can be one moving line, the bar, beneath all others: it is taken away before a line is
 * written, and drawn again after. Safe for use by several threads.
 */
final class Screen {
  /** Takes away the line that the cursor is on, and what colour was left by the line above. */
  private static final String ERASE = "\r" + Style.RESET + "\u001b[K";

  /** Wide enough for any line: what is not read on a terminal is not cut. */
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final PrintStream out;
  private final PrintStream err;
  private final boolean outTerminal;
  private final boolean errTerminal;
  private final boolean colour;
  private final boolean unicode;
  private final boolean dumb;
  private final IntSupplier columns;
  private String bar = "";
  private boolean closed;

  /**
   * A screen.
   *
   * @param outTerminal whether a terminal shows {@code out}
   * @param errTerminal whether a terminal shows {@code err}
   * @param columns the width of that terminal at present
   * @param env what says which terminal that is
   */
  Screen(
      PrintStream out,
      PrintStream err,
      boolean outTerminal,
      boolean errTerminal,
      IntSupplier columns,
      Map<String, String> env) {
    this.out = out;
    this.err = err;
    this.outTerminal = outTerminal;
    this.errTerminal = errTerminal;
    this.columns = columns;
    dumb = env.getOrDefault("TERM", "").equals("dumb");
    colour = env.getOrDefault("NO_COLOR", "").isEmpty() && !dumb;
    unicode = speaksUnicode(env);
  }

  /** The first of these that is set says which characters the terminal has. */
  private static boolean speaksUnicode(Map<String, String> env) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = env.getOrDefault(name, "").toUpperCase(java.util.Locale.ROOT);
      if (!value.isEmpty()) {
        return value.contains("UTF-8") || value.contains("UTF8");
      }
    }
    return false;
  }

  /** Writes a result: text of one or more lines. */
  void out(String text) {
    write(out, text);
  }

  /** Writes a message: text of one or more lines. */
  void err(String text) {
    write(err, text);
  }

  private synchronized void write(PrintStream to, String text) {
    if (closed) {
      return;
    }
    eraseBar();
    to.print(text.endsWith("\n") ? text : text + "\n");
    to.flush();
  }

  /** Whether there can be a bar: both outputs are shown by a terminal that can erase. */
  boolean hasBar() {
    return outTerminal && errTerminal && !dumb;
  }

  /** Draws the bar, in place of the one that is there; an empty one is none. */
  synchronized void bar(String text) {
    if (closed || text.equals(bar)) {
      return;
    }
    err.print(ERASE + text);
    err.flush();
    bar = text;
  }

  private void eraseBar() {
    if (!bar.isEmpty()) {
      err.print(ERASE);
      err.flush();
      bar = "";
    }
  }

  /** Takes the bar away and drops all that is written from now on. */
  synchronized void close() {
    eraseBar();
    closed = true;
  }

  /** Whether the reader of standard output is gone, as {@code head} goes when it has enough. */
  boolean outBroken() {
    return out.checkError();
  }

  /** Whether results may have colours. */
  boolean outColour() {
    return outTerminal && colour;
  }

  /** Whether messages may have colours. */
  boolean errColour() {
    return errTerminal && colour;
  }

  /** Whether the bar may have characters beyond ASCII. */
  boolean unicode() {
    return unicode;
  }

  /** The columns that a result may have without being wrapped. */
  int outWidth() {
    return outTerminal ? columns.getAsInt() : UNLIMITED;
  }

  /** The columns that a message or the bar may have without being wrapped. */
  int errWidth() {
    return errTerminal ? columns.getAsInt() : UNLIMITED;
  }

  /**
   * A stream whose lines go to standard error without harm to the bar: for others that write there,
   * such as the log.
   */
  PrintStream errLines() {
    return new PrintStream(new LineStream(), false, StandardCharsets.UTF_8);
  }

  /** Collects bytes to lines. A {@link PrintStream} calls it under its own lock. */
  private final class LineStream extends OutputStream {
    private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();

    @Override
    public void write(int b) {
      line.write(b);
      if (b == '\n') {
        err(line.toString(StandardCharsets.UTF_8));
        line.reset();
      }
    }
  }
}

package dev.windlass.cuda.ptx;

/**
 * Cuts PTX into words, strings and single marks. A word has letters, digits, {@code _ $ % .} and
 * {@code ::}, so that an opcode with all its parts is one word.
 */
final class Lexer {
  private final String text;
  private int at;
  private int line = 1;
  private String token = "";
  private int tokenLine = 1;
  private int tokenStart;

  Lexer(String text) {
    this.text = text;
  }

  /** Goes to the next token; false at the end. */
  boolean next() {
    skipBlank();
    tokenLine = line;
    tokenStart = at;
    if (at >= text.length()) {
      token = "";
      return false;
    }
    char c = text.charAt(at);
    if (c == '"') {
      string();
    } else if (isWord(at)) {
      while (isWord(at)) {
        at += text.charAt(at) == ':' ? 2 : 1;
      }
    } else {
      at++;
    }
    token = text.substring(tokenStart, at);
    return true;
  }

  /** The next token, which must be there. */
  String expect() {
    if (!next()) {
      throw fail("the text ends in the middle");
    }
    return token;
  }

  /** The next token, which must be this. */
  void expect(String wanted) {
    if (!expect().equals(wanted)) {
      throw fail("'" + shown() + "' is where '" + wanted + "' must be");
    }
  }

  /** The next token as a number from 0. */
  int expectNumber() {
    String digits = expect();
    try {
      int number =
          Integer.decode(digits.endsWith("U") ? digits.substring(0, digits.length() - 1) : digits);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw fail("'" + shown() + "' is where a number must be");
  }

  /** Makes the current token the next one again. */
  void back() {
    at = tokenStart;
    line = tokenLine;
  }

  /** Leaves out the rest of the current token's line. */
  void skipLine() {
    if (line == tokenLine) {
      int end = text.indexOf('\n', at);
      at = end < 0 ? text.length() : end;
    }
  }

  String token() {
    return token;
  }

  boolean is(String wanted) {
    return token.equals(wanted);
  }

  boolean isIdentifier() {
    return !token.isEmpty() && isIdentifierStart(token.charAt(0));
  }

  static boolean isIdentifierStart(char c) {
    return c == '_' || c == '$' || c == '%' || isLetter(c);
  }

  PtxException fail(String problem) {
    return new PtxException(tokenLine, problem);
  }

  /** The current token for people. */
  String shown() {
    return token.length() > 40 ? token.substring(0, 40) + "..." : token;
  }

  private boolean isWord(int i) {
    if (i >= text.length()) {
      return false;
    }
    char c = text.charAt(i);
    boolean digit = c >= '0' && c <= '9';
    boolean colons =
        c == ':' && i > tokenStart && i + 1 < text.length() && text.charAt(i + 1) == ':';
    return isIdentifierStart(c) || c == '.' || digit || colons;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private void string() {
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\n') {
        throw fail("a string does not end");
      }
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      throw fail("a string does not end");
    }
    at++;
  }

  private void skipBlank() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          tokenLine = line;
          throw fail("a comment does not end");
        }
        for (; at < end + 2; at++) {
          if (text.charAt(at) == '\n') {
            line++;
          }
        }
      } else {
        return;
      }
    }
  }
}

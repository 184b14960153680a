package dev.windlass.kube.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts bytes that come in chunks of any size into lines of text. Where it cuts depends only on the
 * bytes, never on the chunks, so that the same line read twice gives the same pieces. Bytes that
 * are no UTF-8 become the replacement character.
 */
final class LineSplitter {
  /** Takes the pieces. */
  @FunctionalInterface
  interface Sink {
    /**
     * A line, or a piece of one that is too long.
     *
     * @param text without the line's end
     * @param part 0 for a line's beginning, 1 for the piece after it, and so on
     */
    void piece(String text, int part);
  }

  private final int maxBytes;
  private byte[] buffer = new byte[256];
  private int size;
  private int part;

  /**
   * With nothing read yet.
   *
   * @param maxBytes the longest piece, at least 8
   */
  LineSplitter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes the next bytes. */
  void feed(ByteBuffer bytes, Sink sink) {
    while (bytes.hasRemaining()) {
      int start = bytes.position();
      int end = start;
      while (end < bytes.limit() && bytes.get(end) != '\n') {
        end++;
      }
      append(bytes, end - start, sink);
      if (bytes.hasRemaining()) {
        bytes.get();
        endLine(sink);
      }
    }
  }

  /** The bytes have ended for good: what follows the last line's end is a line too. */
  void finish(Sink sink) {
    if (size > 0 || part > 0) {
      endLine(sink);
    }
  }

  /** Forgets what follows the last line's end. */
  void clear() {
    size = 0;
    part = 0;
  }

  private void append(ByteBuffer bytes, int length, Sink sink) {
    int left = length;
    while (left > 0) {
      if (size == maxBytes) {
        cut(sink);
      }
      int count = Math.min(left, maxBytes - size);
      if (size + count > buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.min(maxBytes, Math.max(size + count, 2 * size)));
      }
      bytes.get(buffer, size, count);
      size += count;
      left -= count;
    }
  }

  private void cut(Sink sink) {
    int end = characterBoundary();
    sink.piece(new String(buffer, 0, end, StandardCharsets.UTF_8), part++);
    System.arraycopy(buffer, end, buffer, 0, size - end);
    size -= end;
  }

  /** The end of the last whole character: the rest of a broken one comes with the next piece. */
  private int characterBoundary() {
    int lead = size - 1;
    while (lead > size - 4 && (buffer[lead] & 0xC0) == 0x80) {
      lead--;
    }
    int first = buffer[lead] & 0xFF;
    int needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    return needed > size - lead ? lead : size;
  }

  private void endLine(Sink sink) {
    int end = size > 0 && buffer[size - 1] == '\r' ? size - 1 : size;
    sink.piece(new String(buffer, 0, end, StandardCharsets.UTF_8), part);
    clear();
  }
}

package dev.windlass.cli;

import dev.windlass.core.backend.Phase;

/** A way to show text on a terminal. */
enum Style {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33"),
  CYAN("36");

  /** Back to plain text. */
  static final String RESET = "\u001b[0m";

  private final String code;

  Style(String code) {
    this.code = code;
  }

  /** The text in this style, if the reader can have styles. */
  String apply(String text, boolean colour) {
    return colour && !code.isEmpty() && !text.isEmpty()
        ? "\u001b[" + code + "m" + text + RESET
        : text;
  }

  /** How a phase looks. */
  static Style of(Phase phase) {
    return switch (phase) {
      case QUEUED, PENDING, STARTING -> YELLOW;
      case RUNNING -> CYAN;
      case SUCCEEDED -> GREEN;
      case FAILED -> RED;
      case CANCELLED -> DIM;
    };
  }
}

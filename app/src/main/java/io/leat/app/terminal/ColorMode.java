package io.leat.app.terminal;

/** When to use colour. */
public enum ColorMode {
  /** On a terminal, unless NO_COLOR is set or TERM is dumb. */
  AUTO,
  ALWAYS,
  NEVER
}

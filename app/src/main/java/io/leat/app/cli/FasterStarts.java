package io.leat.app.cli;

import io.leat.app.terminal.Terminal;

/**
 * The launcher lets the JVM of the first {@code up} or {@code demo} write an archive of its classes
 * when it ends, which takes a few seconds; {@code leat.archiving} says so.
 */
final class FasterStarts {
  private FasterStarts() {}

  /** Says why the end takes a moment. */
  static void announce(Terminal terminal) {
    if (Boolean.getBoolean("leat.archiving")) {
      terminal.note("Preparing faster starts, this once");
    }
  }
}

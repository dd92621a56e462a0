package io.leat.app.cli;

import java.util.Locale;

/**
 * What one check of the doctor found.
 *
 * @param check what was looked at
 * @param verdict how it is
 * @param found what was seen
 * @param remedy what to do; empty when all is well
 */
record Finding(String check, Verdict verdict, String found, String remedy) {

  /** How it is. */
  enum Verdict {
    OK,
    /** Leat works, but not as well as it could. */
    WARNING,
    /** Leat does not work. */
    FAILED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String found) {
    return new Finding(check, Verdict.OK, found, "");
  }

  static Finding warning(String check, String found, String remedy) {
    return new Finding(check, Verdict.WARNING, found, remedy);
  }

  static Finding failed(String check, String found, String remedy) {
    return new Finding(check, Verdict.FAILED, found, remedy);
  }
}

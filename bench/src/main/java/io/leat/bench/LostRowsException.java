package io.leat.bench;

/** A scenario's result does not hold exactly what went in: its figures mean nothing. */
final class LostRowsException extends Exception {
  private static final long serialVersionUID = 1L;

  private LostRowsException(String message) {
    super(message);
  }

  /** Throws unless the counts are equal. */
  static void check(String what, long expected, long actual) throws LostRowsException {
    if (expected != actual) {
      throw new LostRowsException(what + " should hold " + expected + " rows, and holds " + actual);
    }
  }
}

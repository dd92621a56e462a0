package io.leat.gateway.format;

/** Splits NDJSON: lines end with LF or CR LF; blank lines are no records. */
final class Lines {
  private Lines() {}

  /** Is given a line without its end. */
  interface Line {
    void at(int start, int end);
  }

  static void each(byte[] body, Line line) {
    int start = 0;
    while (start < body.length) {
      int end = start;
      while (end < body.length && body[end] != '\n') {
        end++;
      }
      int first = firstNotSpace(body, start, end);
      if (first < end) {
        int last = end;
        while (isSpace(body[last - 1])) {
          last--;
        }
        line.at(first, last);
      }
      start = end + 1;
    }
  }

  static int firstNotSpace(byte[] body, int start, int end) {
    int i = start;
    while (i < end && isSpace(body[i])) {
      i++;
    }
    return i;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }
}

package io.leat.parquet.text;

/** Says whether bytes are a JSON document in UTF-8 (RFC 8259). */
public final class JsonDocument {
  private static final int MAX_DEPTH = 500;

  private final byte[] bytes;
  private final int end;
  private int at;

  private JsonDocument(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Whether it is one, nested at most 500 deep. */
  public static boolean isValid(byte[] bytes, int start, int length) {
    if (!Text.isUtf8(bytes, start, length)) {
      return false;
    }
    JsonDocument document = new JsonDocument(bytes, start, start + length);
    document.blanks();
    boolean isValue = document.value(0);
    document.blanks();
    return isValue && document.at == document.end;
  }

  private boolean value(int depth) {
    if (at >= end || depth > MAX_DEPTH) {
      return false;
    }
    return switch (bytes[at]) {
      case '{' -> members(depth, '}');
      case '[' -> members(depth, ']');
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    };
  }

  private boolean members(int depth, char close) {
    at++;
    blanks();
    if (is(close)) {
      at++;
      return true;
    }
    while (true) {
      if (close == '}') {
        if (!is('"') || !string()) {
          return false;
        }
        blanks();
        if (!is(':')) {
          return false;
        }
        at++;
        blanks();
      }
      if (!value(depth + 1)) {
        return false;
      }
      blanks();
      if (is(close)) {
        at++;
        return true;
      }
      if (!is(',')) {
        return false;
      }
      at++;
      blanks();
    }
  }

  private boolean string() {
    at++;
    while (at < end) {
      int b = bytes[at++];
      if (b == '"') {
        return true;
      }
      if (b >= 0 && b < 0x20) {
        return false;
      }
      if (b == '\\' && !escape()) {
        return false;
      }
    }
    return false;
  }

  private boolean escape() {
    if (at >= end) {
      return false;
    }
    int b = bytes[at++];
    if (b != 'u') {
      return "\"\\/bfnrt".indexOf(b) >= 0;
    }
    for (int i = 0; i < 4; i++) {
      if (at >= end || Character.digit(bytes[at++], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean number() {
    if (is('-')) {
      at++;
    }
    if (is('0')) {
      at++;
    } else if (!digits()) {
      return false;
    }
    if (is('.')) {
      at++;
      if (!digits()) {
        return false;
      }
    }
    if (is('e') || is('E')) {
      at++;
      if (is('+') || is('-')) {
        at++;
      }
      return digits();
    }
    return true;
  }

  private boolean digits() {
    int start = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    return at > start;
  }

  private boolean word(String word) {
    if (end - at < word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (bytes[at++] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean is(char c) {
    return at < end && bytes[at] == c;
  }

  private void blanks() {
    while (at < end
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
  }
}

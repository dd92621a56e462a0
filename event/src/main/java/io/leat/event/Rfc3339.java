package io.leat.event;

/** The usual form of an RFC 3339 date-time, recognised without parsing it. */
public final class Rfc3339 {
  private Rfc3339() {}

  /**
   * Whether {@code text} is surely valid and in UTC: {@code 2026-01-31T12:34:56.789Z}, with at most
   * nine digits of fraction. False says nothing: it may be valid in another form, or be a 29th of
   * February.
   */
  public static boolean isPlainUtc(String text) {
    int length = text.length();
    return length >= 20
        && length <= 30
        && text.charAt(length - 1) == 'Z'
        && text.charAt(10) == 'T'
        && text.charAt(13) == ':'
        && text.charAt(16) == ':'
        && isPlainDate(text)
        && within(number(text, 11, 13), 0, 23)
        && within(number(text, 14, 16), 0, 59)
        && within(number(text, 17, 19), 0, 59)
        && isFraction(text, length - 1);
  }

  private static boolean isPlainDate(String text) {
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && number(text, 0, 4) >= 1
        && within(number(text, 8, 10), 1, days(number(text, 5, 7)));
  }

  private static int days(int month) {
    return switch (month) {
      case 1, 3, 5, 7, 8, 10, 12 -> 31;
      case 4, 6, 9, 11 -> 30;
      case 2 -> 28;
      default -> 0;
    };
  }

  private static boolean isFraction(String text, int end) {
    if (end == 19) {
      return true;
    }
    return text.charAt(19) == '.' && end > 20 && number(text, 20, end) >= 0;
  }

  private static boolean within(int value, int low, int high) {
    return value >= low && value <= high;
  }

  /** The decimal number, at most nine digits, or -1. */
  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}

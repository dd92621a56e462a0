package io.leat.app.terminal;

import java.time.Duration;
import java.util.Locale;
import org.jline.utils.WCWidth;

/** Numbers, sizes and times as people read them; widths as terminals show them. */
public final class Text {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  // Locale.US, whose symbols the formatter knows by heart: Locale.ROOT's are looked up for 20 ms.

  private Text() {}

  /** A count with thousands separators: {@code 1,234,567}. */
  public static String count(long count) {
    return String.format(Locale.US, "%,d", count);
  }

  /** A size in binary units with three significant digits: {@code 1.42 MiB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 1023.5 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.US, digits, value, UNITS[unit]);
  }

  /** A duration in its two largest units: {@code 340 ms}, {@code 4.2 s}, {@code 3 min 20 s}. */
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 0) {
      return "-" + duration(duration.negated());
    }
    if (millis < 1_000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.US, "%.1f s", millis / 1_000.0);
    }
    long seconds = millis / 1_000;
    if (seconds < 3_600) {
      return pair(seconds / 60, "min", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min");
    }
    return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
  }

  /** A rate: {@code 2,412/s}; below ten with one decimal. */
  public static String rate(double perSecond) {
    return perSecond > 0 && perSecond < 10
        ? String.format(Locale.US, "%.1f/s", perSecond)
        : count(Math.round(perSecond)) + "/s";
  }

  /** {@code one} for 1, {@code many} otherwise, after the count. */
  public static String plural(long count, String one, String many) {
    return count(count) + " " + (count == 1 ? one : many);
  }

  /** The columns that {@code text} takes on a terminal; escape sequences take none. */
  public static int width(String text) {
    int width = 0;
    int i = 0;
    while (i < text.length()) {
      int end = escapeEnd(text, i);
      if (end > i) {
        i = end;
        continue;
      }
      int codePoint = text.codePointAt(i);
      width += Math.max(0, WCWidth.wcwidth(codePoint));
      i += Character.charCount(codePoint);
    }
    return width;
  }

  /** {@code text} cut to {@code width} columns, the last of them an ellipsis if it was cut. */
  public static String fit(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    StringBuilder fitted = new StringBuilder();
    int used = 0;
    int i = 0;
    boolean styled = false;
    while (i < text.length()) {
      int end = escapeEnd(text, i);
      if (end > i) {
        fitted.append(text, i, end);
        styled = true;
        i = end;
        continue;
      }
      int codePoint = text.codePointAt(i);
      int columns = Math.max(0, WCWidth.wcwidth(codePoint));
      if (used + columns > width - 1) {
        break;
      }
      fitted.appendCodePoint(codePoint);
      used += columns;
      i += Character.charCount(codePoint);
    }
    fitted.append('…');
    return styled ? fitted.append("\u001b[0m").toString() : fitted.toString();
  }

  /**
   * {@code text} with control characters shown as escapes, so that data cannot steer the terminal.
   */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> safe.append("\\n");
                case '\r' -> safe.append("\\r");
                case '\t' -> safe.append("\\t");
                default -> {
                  if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                    safe.append(String.format(Locale.US, "\\u%04x", c));
                  } else {
                    safe.appendCodePoint(c);
                  }
                }
              }
            });
    return safe.toString();
  }

  static String pad(String text, int width, boolean right) {
    String blank = " ".repeat(Math.max(0, width - width(text)));
    return right ? blank + text : text + blank;
  }

  private static String pair(long large, String largeUnit, long small, String smallUnit) {
    String text = large + " " + largeUnit;
    return small == 0 ? text : text + " " + small + " " + smallUnit;
  }

  private static int escapeEnd(String text, int at) {
    if (text.charAt(at) != '\u001b' || at + 1 >= text.length() || text.charAt(at + 1) != '[') {
      return at;
    }
    int end = at + 2;
    while (end < text.length() && !Character.isLetter(text.charAt(end))) {
      end++;
    }
    return Math.min(text.length(), end + 1);
  }
}

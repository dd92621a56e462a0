package io.leat.acceptance.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an output looks like when ids, keys, numbers, times and widths are left out, so that
 * documents can show real output. {@code ...} alone on a line stands for any lines, within a line
 * for any text.
 */
final class Shape {
  private static final List<Rule> RULES =
      List.of(
          new Rule("leat_[a-z0-9]+_[A-Za-z0-9_-]+", "<key>"),
          new Rule("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
          new Rule(
              "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d(:?\\d\\d)?)?",
              "<time>"),
          new Rule("(?<![\\w.-])/(tmp|home|var|work|root)(/[\\w.@-]+)+", "<path>"),
          new Rule("(<path>|\\./?)(/[\\w.-]+)+", "<path>"),
          new Rule("\\d[\\d,.]* ?(ns|µs|ms|s|min|m|h|d)\\b( \\d+ ?(s|ms|min|m|h)\\b)*", "<span>"),
          new Rule("\\d[\\d,.]* ?(B|kB|KB|KiB|MB|MiB|GiB|GB)\\b", "<size>"),
          new Rule("<span> ago\\b|\\bnever\\b", "<when>"),
          new Rule("─+", "─"),
          new Rule("[ \\t]+", " "));

  private static final Rule NUMBER = new Rule("[-+]?\\d[\\d,.]*(?<=\\d)(E-?\\d+)?", "0");

  private record Rule(Pattern pattern, String replacement) {
    Rule(String regex, String replacement) {
      this(Pattern.compile(regex), replacement);
    }
  }

  private Shape() {}

  /** Whether {@code actual} looks like {@code expected}, with any numbers. */
  static boolean matches(String expected, String actual) {
    return matches(lines(of(expected)), 0, lines(of(actual)), 0);
  }

  /** Whether {@code actual} looks like {@code expected}, with the same numbers. */
  static boolean matchesExactly(String expected, String actual) {
    return matches(lines(expected), 0, lines(actual), 0);
  }

  /** The text with everything left out that differs from run to run. */
  static String of(String text) {
    return NUMBER
        .pattern()
        .matcher(String.join("\n", lines(text)))
        .replaceAll(NUMBER.replacement());
  }

  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.strip().split("\n", -1)) {
      String shape = line.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "").strip();
      for (Rule rule : RULES) {
        shape = rule.pattern().matcher(shape).replaceAll(rule.replacement());
      }
      lines.add(shape.strip());
    }
    return lines;
  }

  private static boolean matches(List<String> expected, int e, List<String> actual, int a) {
    if (e == expected.size()) {
      return a == actual.size();
    }
    if (isGap(expected.get(e))) {
      for (int to = a; to <= actual.size(); to++) {
        if (matches(expected, e + 1, actual, to)) {
          return true;
        }
      }
      return false;
    }
    return a < actual.size()
        && lineMatches(expected.get(e), actual.get(a))
        && matches(expected, e + 1, actual, a + 1);
  }

  private static boolean isGap(String line) {
    return line.equals("...") || line.equals("…");
  }

  private static boolean lineMatches(String expected, String actual) {
    StringBuilder regex = new StringBuilder();
    for (String part : expected.split("\\.\\.\\.|…", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return Pattern.matches(regex.toString(), actual);
  }
}

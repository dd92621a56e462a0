package io.leat.blueprint.yaml;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code ${env:NAME}} and {@code ${env:NAME:-default}} in a text; a dollar sign before
 * such a reference takes its meaning away. A text that is {@code ${secret:NAME}} stays as it is:
 * whoever uses a secret resolves it.
 */
final class References {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$\\{|\\$\\{(?:env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\\})?");

  private static final Pattern SECRET =
      Pattern.compile("\\$\\{secret:[A-Za-z_][A-Za-z0-9_.-]{0,63}\\}");

  private final Environment environment;

  References(Environment environment) {
    this.environment = environment;
  }

  /**
   * What became of a text.
   *
   * @param any whether there was a reference in it
   * @param error what is wrong; null when nothing is
   */
  record Resolved(String text, boolean any, @Nullable String error, String remedy) {}

  /** Whether the text is the name of a secret. */
  static boolean isSecret(String text) {
    return SECRET.matcher(text).matches();
  }

  Resolved resolve(String text) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(text);
    boolean any = false;
    int from = 0;
    while (matcher.find()) {
      out.append(text, from, matcher.start());
      from = matcher.end();
      if (matcher.group().startsWith("$$")) {
        out.append("${");
        continue;
      }
      String name = matcher.group(1);
      if (name == null) {
        return new Resolved(
            text,
            any,
            "'" + shown(text, matcher.start()) + "' is not a reference.",
            text.startsWith("${secret:", matcher.start())
                ? "Write ${secret:NAME} with letters, digits, '_', '.' and '-', and nothing around it."
                : "Write ${env:NAME}, ${env:NAME:-default}, or $${ for the characters themselves.");
      }
      String found = environment.variable(name);
      String value = found != null ? found : matcher.group(2);
      if (value == null) {
        return new Resolved(
            text,
            any,
            "the environment variable '" + name + "' is not set.",
            "Set it, or give a default: ${env:" + name + ":-...}.");
      }
      any = true;
      out.append(value);
    }
    return new Resolved(out.append(text.substring(from)).toString(), any, null, "");
  }

  /** From {@code start} to the brace that closes it. */
  private static String shown(String text, int start) {
    int end = text.indexOf('}', start);
    return end < 0 ? text.substring(start) : text.substring(start, end + 1);
  }
}

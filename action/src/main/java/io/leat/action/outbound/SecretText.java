package io.leat.action.outbound;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts that refer to what must not be written down. */
public final class SecretText {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$\\{|\\$\\{(?:(secret|env):([A-Za-z_][A-Za-z0-9_.-]*))?");

  private SecretText() {}

  /**
   * Resolves {@code ${secret:name}} and {@code ${env:NAME}}; a dollar sign before such a reference
   * takes its meaning away. White space at the ends of a value is left out: files end in a line
   * feed.
   *
   * @throws UnusableSettingException if something is not there, or has a control character in it
   */
  public static String resolve(String text, Secrets secrets) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = REFERENCE.matcher(text);
    int from = 0;
    while (matcher.find(from)) {
      out.append(text, from, matcher.start());
      from = matcher.end();
      if (matcher.group().startsWith("$$")) {
        out.append("${");
        continue;
      }
      String kind = matcher.group(1);
      if (kind == null || from == text.length() || text.charAt(from) != '}') {
        throw new UnusableSettingException(
            "a reference is not well formed: write ${secret:name} or ${env:NAME}, or $${ for the"
                + " characters themselves");
      }
      from++;
      out.append(value(kind, matcher.group(2), secrets));
    }
    return out.append(text.substring(from)).toString();
  }

  private static String value(String kind, String name, Secrets secrets) {
    boolean secret = kind.equals("secret");
    Optional<String> found = secret ? secrets.secret(name) : secrets.variable(name);
    String value = found.map(String::strip).orElse("");
    if (value.isEmpty()) {
      throw new UnusableSettingException(
          secret
              ? "there is no secret '" + name + "': " + secrets.remedy(name)
              : "the environment variable '" + name + "' is not set: set it");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new UnusableSettingException(
          (secret ? "the secret '" : "the environment variable '")
              + name
              + "' has a control character, such as a line feed, in it: it must be one line");
    }
    return value;
  }
}

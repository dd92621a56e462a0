package io.leat.action.incident;

import io.leat.rules.alert.Alert;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What the alerts of an incident have in common, as a text for people. */
final class GroupKey {
  /** Longer ones are cut and end in a hash, so that they differ; in UTF-16 units without it. */
  static final int LONGEST = 500;

  private static final int HASH_BYTES = 8;

  private GroupKey() {}

  /** {@code detector=offline, key=device-1}. */
  static String of(Alert alert, List<String> groupBy) {
    List<String> parts = new ArrayList<>();
    for (String field : groupBy) {
      parts.add(field + "=" + quoted(AlertFields.text(alert, field)));
    }
    String key = parts.isEmpty() ? "all" : String.join(", ", parts);
    return key.length() <= LONGEST
        ? key
        : beginning(key) + "~" + HexFormat.of().formatHex(sha256(key), 0, HASH_BYTES);
  }

  /** Half a character would come back from PostgreSQL as another one, and not be found again. */
  private static String beginning(String key) {
    boolean isHalved = Character.isHighSurrogate(key.charAt(LONGEST - 1));
    return key.substring(0, isHalved ? LONGEST - 1 : LONGEST);
  }

  /** What an alert matches that has in common with this one what they are grouped by. */
  static List<AlertMatcher> matchers(Alert alert, List<String> groupBy) {
    if (groupBy.isEmpty()) {
      return List.of(new AlertMatcher("key", AlertMatcher.Operation.REGEX, List.of("(?s).*")));
    }
    List<AlertMatcher> matchers = new ArrayList<>();
    for (String field : groupBy) {
      List<String> value = List.of(AlertFields.text(alert, field));
      matchers.add(new AlertMatcher(field, AlertMatcher.Operation.EQUALS, value));
    }
    return matchers;
  }

  /** Quoted where it could be taken for something else. */
  private static String quoted(String value) {
    boolean isPlain = value.chars().noneMatch(c -> c == ',' || c == '=' || c == '"' || c == '\\');
    return isPlain && !value.isEmpty() && value.equals(value.strip())
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /**
   * The id of the incident that an alert opens: 32 hexadecimal digits, the same whenever it does so
   * in the same history.
   *
   * @param nth how many incidents the alert has opened before
   */
  static String incidentId(String blueprint, String groupKey, String alert, int nth) {
    String all = String.join("\0", blueprint, groupKey, alert, Integer.toString(nth));
    return HexFormat.of().formatHex(sha256(all), 0, 2 * HASH_BYTES);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

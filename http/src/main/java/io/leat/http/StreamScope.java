package io.leat.http;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The streams that a credential reaches: names such as {@code devices.telemetry}, all of a
 * blueprint ({@code devices.*}) or all ({@code *}). No pattern means no stream.
 */
public record StreamScope(List<String> patterns) {
  private static final Pattern PATTERN =
      Pattern.compile("\\*|[a-z][a-z0-9_]{0,62}\\.(\\*|[a-z][a-z0-9_]{0,62})");

  /** Every stream of every blueprint. */
  public static final StreamScope ALL = new StreamScope(List.of("*"));

  public StreamScope {
    patterns = List.copyOf(patterns);
    for (String pattern : patterns) {
      if (!PATTERN.matcher(pattern).matches()) {
        throw new IllegalArgumentException(
            "'" + pattern + "' is not a stream pattern. Write devices.telemetry, devices.* or *");
      }
    }
  }

  /** Whether the stream {@code blueprint.stream} is inside, or every stream of a pattern. */
  public boolean matches(String blueprintDotStream) {
    for (String pattern : patterns) {
      if (pattern.equals("*")
          || pattern.equals(blueprintDotStream)
          || (pattern.endsWith(".*")
              && blueprintDotStream.startsWith(pattern.substring(0, pattern.length() - 1)))) {
        return true;
      }
    }
    return false;
  }
}

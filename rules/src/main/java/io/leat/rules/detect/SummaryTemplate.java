package io.leat.rules.detect;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sentence with places to fill: {@code {key} is at {values.temperature_c} °C}. What a place may
 * name is {@link #KEY}, {@link #DETECTOR}, {@link #STREAM}, and a name behind {@link #LABEL} or
 * {@link #VALUE}. Thread-safe.
 */
public final class SummaryTemplate {
  /** The entity. */
  public static final String KEY = "key";

  /** The detector's name. */
  public static final String DETECTOR = "detector";

  /** The stream of the event. */
  public static final String STREAM = "stream";

  /** Before the name of a label. */
  public static final String LABEL = "labels.";

  /** Before the name of a value of the detector's kind. */
  public static final String VALUE = "values.";

  /** What stands for a value that an alert does not have. */
  public static final String NONE = "?";

  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9_.-]+)\\}|[{}]");

  private final List<Part> parts;

  private SummaryTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Either text, or the name of what goes there. */
  private record Part(String text, boolean isPlace) {}

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if a brace has no partner or nothing is between two, saying
   *     where
   */
  public static SummaryTemplate parse(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher matcher = PLACE.matcher(text);
    int from = 0;
    while (matcher.find()) {
      if (matcher.group(1) == null) {
        throw new IllegalArgumentException(
            "column " + (matcher.start() + 1) + ": a brace that holds no name");
      }
      parts.add(new Part(text.substring(from, matcher.start()), false));
      parts.add(new Part(matcher.group(1), true));
      from = matcher.end();
    }
    parts.add(new Part(text.substring(from), false));
    return new SummaryTemplate(parts);
  }

  /** What it names, in order. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Part part : parts) {
      if (part.isPlace()) {
        names.add(part.text());
      }
    }
    return names;
  }

  /**
   * Fills the places.
   *
   * @param values what is named, by name; null when there is none
   */
  public String fill(Function<String, @Nullable Object> values) {
    StringBuilder filled = new StringBuilder();
    for (Part part : parts) {
      Object value = part.isPlace() ? values.apply(part.text()) : part.text();
      filled.append(value == null ? NONE : value);
    }
    return filled.toString();
  }
}

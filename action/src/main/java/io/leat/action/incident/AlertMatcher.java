package io.leat.action.incident;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.rules.alert.Alert;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A condition of a silence on one field of an alert.
 *
 * @param field {@code key}, {@code detector}, {@code stream}, {@code kind}, {@code severity},
 *     {@code labels.name} or {@code values.name}
 * @param operation how it is compared
 * @param values of {@link Operation#EQUALS} and {@link Operation#REGEX} one
 */
public record AlertMatcher(String field, Operation operation, List<String> values) {
  /** Longer ones and more of them are refused. */
  static final int MOST = 1_000;

  /** How a field is compared. */
  public enum Operation {
    EQUALS,
    /** RE2 syntax, over the whole value. */
    REGEX,
    IN;

    /** As JSON has it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks it.
   *
   * @throws LeatException BAD_REQUEST with what is wrong
   */
  public AlertMatcher {
    values = List.copyOf(values);
    if (!AlertFields.isKnown(field)) {
      throw refused(
          "'"
              + field
              + "' is no field of an alert; it is key, detector, stream, kind, severity,"
              + " labels.<name> or values.<name>");
    }
    if (values.isEmpty() || (operation != Operation.IN && values.size() != 1)) {
      throw refused("'" + field + "' needs " + (operation == Operation.IN ? "values" : "a value"));
    }
    if (values.size() > MOST || values.stream().anyMatch(value -> value.length() > MOST)) {
      throw refused("'" + field + "' has more or longer values than " + MOST);
    }
    if (operation == Operation.REGEX) {
      try {
        Pattern.compile(values.get(0));
      } catch (PatternSyntaxException e) {
        throw refused(
            "'" + values.get(0) + "' is no regular expression of RE2: " + e.getDescription());
      }
    }
  }

  private static LeatException refused(String why) {
    return new LeatException(ErrorCode.BAD_REQUEST, "A matcher of a silence is wrong: " + why);
  }

  /** Compiled once for many alerts. */
  Predicate<Alert> predicate() {
    return switch (operation) {
      case EQUALS, IN -> {
        var wanted = Set.copyOf(values);
        yield alert -> wanted.contains(AlertFields.text(alert, field));
      }
      case REGEX -> {
        Pattern pattern = Pattern.compile(values.get(0));
        yield alert -> pattern.matches(AlertFields.text(alert, field));
      }
    };
  }
}

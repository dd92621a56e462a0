package io.leat.rules.file;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What holds for every row that is converted: {@code fare_amount > 0}, {@code flag = 'N'}, {@code
 * tip is not null}. A row whose value is null or of another type does not keep it.
 *
 * @param column its name; names of nested ones have points
 * @param comparison how
 * @param number what it is compared with, if that is a number
 * @param text what it is compared with, if that is a text or {@code true} or {@code false}
 */
public record RowCondition(
    String column, Comparison comparison, @Nullable BigDecimal number, @Nullable String text) {
  private static final String NAME = "([A-Za-z_][A-Za-z0-9_.]*|\"[^\"]+\")";
  private static final Pattern NULLNESS =
      Pattern.compile(NAME + "\\s+is\\s+(not\\s+)?null", Pattern.CASE_INSENSITIVE);
  private static final Pattern COMPARED =
      Pattern.compile(
          NAME + "\\s*(=|==|!=|<>|<=|>=|<|>)\\s*(?:'((?:[^']|'')*)'|(true|false)|(-?[0-9.eE+-]+))");

  /** How a value is compared. */
  public enum Comparison {
    EQUAL,
    UNEQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST,
    NULL,
    NOT_NULL
  }

  /** Reads one; empty when it is none. */
  public static Optional<RowCondition> parse(String written) {
    String condition = written.strip();
    Matcher nullness = NULLNESS.matcher(condition);
    if (nullness.matches()) {
      Comparison is = nullness.group(2) == null ? Comparison.NULL : Comparison.NOT_NULL;
      return Optional.of(new RowCondition(name(nullness.group(1)), is, null, null));
    }
    Matcher compared = COMPARED.matcher(condition);
    if (!compared.matches()) {
      return Optional.empty();
    }
    String column = name(compared.group(1));
    Comparison how = comparison(compared.group(2));
    String quoted = compared.group(3);
    String flag = compared.group(4);
    if (quoted != null) {
      return Optional.of(new RowCondition(column, how, null, quoted.replace("''", "'")));
    }
    if (flag != null) {
      return how == Comparison.EQUAL || how == Comparison.UNEQUAL
          ? Optional.of(new RowCondition(column, how, null, flag))
          : Optional.empty();
    }
    try {
      return Optional.of(new RowCondition(column, how, new BigDecimal(compared.group(5)), null));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether what it is compared with stands in quotes. */
  private static String name(String written) {
    return written.startsWith("\"") ? written.substring(1, written.length() - 1) : written;
  }

  private static Comparison comparison(String written) {
    return switch (written) {
      case "=", "==" -> Comparison.EQUAL;
      case "!=", "<>" -> Comparison.UNEQUAL;
      case "<" -> Comparison.LESS;
      case "<=" -> Comparison.AT_MOST;
      case ">" -> Comparison.GREATER;
      default -> Comparison.AT_LEAST;
    };
  }
}

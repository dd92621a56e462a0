package io.leat.parquet;

import java.util.List;

/**
 * Which rows are written, such as {@code fare_amount > 10 AND payment_type IN (1, 2)}.
 *
 * <p>Comparisons ({@code = != <> < <= > >=}), {@code IN}, {@code IS NULL}, {@code IS NOT NULL},
 * {@code AND}, {@code OR}, {@code NOT} and parentheses, as in SQL: what is compared with a null is
 * unknown, and a row is written only if the filter is true for it. A column is a name, or a dotted
 * path into groups, in double quotes if it is not a plain word. Literals are numbers, {@code
 * 'text'}, {@code true} and {@code false}; dates, times, timestamps, UUIDs and decimals are written
 * as text or number in the form that they have in the output.
 */
public sealed interface Filter {
  /** Every row. */
  Filter ALL = new All();

  /**
   * Reads a filter.
   *
   * @throws IllegalArgumentException when it is malformed; the message says at which character
   */
  static Filter parse(String text) {
    return FilterParser.parse(text);
  }

  /** Every row. */
  record All() implements Filter {}

  /** All of them hold. */
  record And(List<Filter> terms) implements Filter {
    public And {
      terms = List.copyOf(terms);
    }
  }

  /** One of them holds. */
  record Or(List<Filter> terms) implements Filter {
    public Or {
      terms = List.copyOf(terms);
    }
  }

  /** It does not hold. */
  record Not(Filter term) implements Filter {}

  /**
   * A column's value compared.
   *
   * @param column dotted path
   * @param literal a {@link java.math.BigDecimal}, a String or a Boolean
   */
  record Compare(String column, Comparison how, Object literal) implements Filter {}

  /**
   * A column's value is one of some.
   *
   * @param column dotted path
   * @param literals each a {@link java.math.BigDecimal}, a String or a Boolean
   */
  record In(String column, List<Object> literals) implements Filter {
    public In {
      literals = List.copyOf(literals);
    }
  }

  /**
   * A column's value is null.
   *
   * @param column dotted path
   */
  record IsNull(String column) implements Filter {}

  /** How a value is compared with a literal. */
  enum Comparison {
    /** The same. */
    EQUAL,
    /** Another. */
    NOT_EQUAL,
    /** Smaller. */
    LESS,
    /** Smaller or the same. */
    AT_MOST,
    /** Greater. */
    GREATER,
    /** Greater or the same. */
    AT_LEAST
  }
}

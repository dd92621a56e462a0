package io.leat.rules.file;

import java.util.List;
import java.util.Locale;

/**
 * What the columns of a source's files must be.
 *
 * @param columns those that a file must have, in no order
 * @param allowsOthers whether it may have more
 */
public record FileContract(List<Column> columns, boolean allowsOthers) {
  /** Of files of which nothing is declared. */
  public static final FileContract ANY = new FileContract(List.of(), true);

  public FileContract {
    columns = List.copyOf(columns);
  }

  /**
   * A column.
   *
   * @param name exactly
   * @param kind what it holds
   * @param isRequired whether a file without it is refused
   */
  public record Column(String name, Kind kind, boolean isRequired) {}

  /** What a column holds, whatever its physical type. */
  public enum Kind {
    /** Whole numbers of any width, with or without a sign. */
    INTEGER,
    /** Numbers of any type. */
    NUMBER,
    /** Numbers with a fixed count of digits behind the point, or whole ones. */
    DECIMAL,
    /** Text, enums, UUIDs, JSON, and what JSON writes as a text: dates, times, timestamps. */
    STRING,
    BOOLEAN,
    DATE,
    TIME,
    TIMESTAMP,
    /** Bytes of no declared meaning. */
    BINARY,
    LIST,
    /** Structures and maps. */
    OBJECT,
    ANY;

    /** As it is written. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

package io.leat.schema;

import java.io.Serializable;
import java.util.List;

/** The type of a column, derived from a JSON Schema. */
public sealed interface ColumnType extends Serializable {

  /** A type without parts. */
  enum Primitive implements ColumnType {
    BOOLEAN,
    /** {@code type: integer}: 64-bit, signed. */
    LONG,
    /** {@code type: number}: 64-bit IEEE 754. */
    DOUBLE,
    STRING,
    /** {@code type: string, format: date-time}: microseconds, UTC. */
    TIMESTAMP,
    /** {@code type: string, format: date}. */
    DATE,
    /** Whatever has no single type (unions, free-form objects): kept as its JSON text. */
    JSON
  }

  /**
   * {@code type: object} with declared properties. What it does not declare goes to {@code _extra}.
   */
  record Struct(List<Column> fields) implements ColumnType {
    public Struct {
      fields = List.copyOf(fields);
    }
  }

  /** {@code type: array} with one item type. */
  record ListOf(ColumnType element) implements ColumnType {}
}

package io.leat.schema;

/**
 * One way in which a record breaks its schema.
 *
 * @param pointer RFC 6901 pointer into the record; empty for the record itself
 * @param keyword the JSON Schema keyword that failed
 * @param message what is wrong, without the value
 */
public record Violation(String pointer, String keyword, String message) {
  @Override
  public String toString() {
    return (pointer.isEmpty() ? "record" : pointer) + ": " + message;
  }
}

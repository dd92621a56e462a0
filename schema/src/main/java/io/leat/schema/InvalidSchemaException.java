package io.leat.schema;

import java.util.List;

/** A JSON Schema that Leat cannot use, with every reason found. */
public final class InvalidSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<Violation> violations;

  InvalidSchemaException(List<Violation> violations) {
    super(String.join("; ", violations.stream().map(Violation::toString).toList()));
    this.violations = List.copyOf(violations);
  }

  /** Where in the schema document, and what. */
  public List<Violation> violations() {
    return violations;
  }
}

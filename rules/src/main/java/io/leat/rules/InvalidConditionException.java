package io.leat.rules;

import java.util.List;

/** A condition that does not parse or does not type-check. */
public final class InvalidConditionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<String> errors;

  InvalidConditionException(List<String> errors) {
    super(String.join("; ", errors));
    this.errors = List.copyOf(errors);
  }

  /** Each error with its column in the expression. */
  public List<String> errors() {
    return errors;
  }
}

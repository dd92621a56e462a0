package io.leat.gateway.format;

import io.leat.event.ErrorCode;
import io.leat.schema.StrictJson;
import io.leat.schema.Violation;
import java.util.List;

/**
 * Why a record is not accepted.
 *
 * @param code what kind of mistake it is
 * @param reason in words, without payload
 * @param errors each mistake with its place; empty when there is no more to say
 * @param more how many further mistakes are not listed
 */
public record Refusal(ErrorCode code, String reason, List<Violation> errors, int more) {
  public Refusal {
    errors = List.copyOf(errors);
  }

  /** A refusal without a list. */
  public static Refusal of(ErrorCode code, String reason) {
    return new Refusal(code, reason, List.of(), 0);
  }

  /** A refusal of one place. */
  public static Refusal at(ErrorCode code, String pointer, String message) {
    Violation violation = new Violation(pointer, code.code(), message);
    return new Refusal(code, violation.toString(), List.of(violation), 0);
  }

  /** What the JSON reader found. */
  public static Refusal of(StrictJson.Problem problem) {
    return problem.pointer().isEmpty()
        ? of(problem.code(), problem.message())
        : at(problem.code(), problem.pointer(), problem.message());
  }
}

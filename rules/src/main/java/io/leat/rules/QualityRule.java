package io.leat.rules;

/**
 * A rule that clean rows keep.
 *
 * @param name unique in its stream; appears in {@code _quality} and as the reason in quarantine
 * @param expect the condition; an {@link Condition.Outcome#UNKNOWN} outcome counts as kept
 * @param otherwise what happens to a row that breaks it
 */
public record QualityRule(String name, Condition expect, Otherwise otherwise) {

  /** What happens to a row that breaks a rule. */
  public enum Otherwise {
    /** It is kept, with the rule's name in {@code _quality}. */
    FLAG,
    /** It goes to quarantine instead of the processed table. */
    QUARANTINE
  }

  /** Whether {@code row} breaks this rule. */
  public boolean isBrokenBy(Condition.Row row) {
    return expect.evaluate(row) == Condition.Outcome.FALSE;
  }
}

package io.leat.rules.incident;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.List;
import java.util.stream.Collectors;

/** A pattern that is none, with everything that is wrong with it. */
public final class InvalidPatternException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial")
  private final List<Fault> faults;

  /**
   * A mistake in a pattern.
   *
   * @param at where in the pattern
   * @param message what is wrong, a sentence
   * @param remedy what to do, a sentence; may be empty
   */
  public record Fault(JsonPointer at, String message, String remedy) {
    /** {@code /detail/severity: message. Remedy.} */
    @Override
    public String toString() {
      return (at.matches() ? "" : at + ": ") + message + (remedy.isEmpty() ? "" : " " + remedy);
    }
  }

  InvalidPatternException(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /** At least one, in the order of the pattern. */
  public List<Fault> faults() {
    return faults;
  }
}

package io.leat.blueprint;

import io.leat.blueprint.yaml.Problem;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.List;
import java.util.stream.Collectors;

/** Configuration that cannot be used, with everything that is wrong with it. */
public final class BlueprintException extends LeatException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial")
  private final List<Problem> problems;

  /**
   * @param problems at least one, in the order in which they are told
   */
  public BlueprintException(List<Problem> problems) {
    super(
        ErrorCode.INVALID_CONFIGURATION,
        problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** All problems, by file and line. The message has one in each line. */
  public List<Problem> problems() {
    return problems;
  }
}

package io.leat.action.target;

import java.util.List;
import java.util.Optional;

/**
 * What speaks to a place where incidents are told. Called by several threads, but never by two at
 * once for the same incident; thread-safe.
 *
 * <p>An attempt may be the second one of a request that had come through: the process may have been
 * killed before it wrote down how the first ended. So a target finds what it made by {@link
 * TargetIncident#id} or by {@link TargetRequest#id} before it makes anything, unless {@link
 * TargetMemory} has it.
 */
public interface Target extends AutoCloseable {
  /** As in YAML: {@code servicenow}. */
  String kind();

  /**
   * Whether it wants the newest state only. Then what happens while a request waits or fails goes
   * out as one. Otherwise each change is a request of its own, in their order.
   */
  boolean coalesces();

  /**
   * Makes the place show what the request says. Asks the budget before each HTTP request (or what
   * corresponds to one), look-ups and retries of its own among them.
   *
   * @param memory of this incident at this target
   * @return how it ended; an exception other than the two below counts as {@link
   *     TargetOutcome.Unknown}
   * @throws InterruptedException when Leat stops; nothing is sent behind it
   * @throws DeliveryLostException as the budget threw it; to be left alone
   */
  TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException;

  /**
   * Tries address and credentials, without making anything that someone would have to clean up if
   * the place allows that.
   */
  TargetOutcome test(HttpBudget budget) throws InterruptedException;

  /**
   * What people changed on the other side since the last call that was committed. What is returned
   * twice does no harm.
   *
   * @param memory of the target as a whole, for a cursor: kept together with the changes
   * @return empty when this kind of target never tells
   * @throws TargetRefusesException if it has to be told otherwise who asks
   */
  default Optional<List<ExternalChange>> poll(TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    return Optional.empty();
  }

  /** Gives up connections. No call is under way any more. */
  @Override
  default void close() {}
}

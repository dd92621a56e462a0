package io.leat.action.target;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended. Reasons are for people, and kept: they name status and remedy, never a
 * secret and never a body.
 */
public sealed interface TargetOutcome {

  /**
   * The place shows it.
   *
   * @param externalId what it is called there; empty when it has no name
   * @param externalUrl where people see it; empty when they cannot
   */
  record Delivered(String externalId, String externalUrl) implements TargetOutcome {}

  /**
   * It did not come through, and may later: a refused connection, 429, 500, 503.
   *
   * @param retryAfter not before this has passed, as the place asks; null when it does not say.
   *     Then and for longer the target as a whole is asked nothing
   */
  record Retry(String reason, @Nullable Duration retryAfter) implements TargetOutcome {}

  /**
   * Nobody knows whether it came through: the connection broke or time ran out behind the request.
   * The next attempt has {@link TargetRequest#unsettled} and comes after a settling time.
   */
  record Unknown(String reason) implements TargetOutcome {}

  /**
   * Nothing can be told there until somebody mends a setting, and then everything can: the place
   * does not let Leat in (401, 403), a secret is not there. Nothing was done. It is tried again
   * with the longest pause, and meanwhile the target as a whole is hardly asked.
   */
  record Blocked(String reason) implements TargetOutcome {}

  /** It will never work like this: 400, 404 of the address. Becomes a dead letter at once. */
  record Refused(String reason) implements TargetOutcome {}
}

package io.leat.files.work;

import io.leat.files.ledger.Failure;
import org.jspecify.annotations.Nullable;

/** An attempt cannot go on, and it is known why. */
final class AttemptFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final transient Breakers.@Nullable Side side;

  /**
   * @param side whose place did not answer; null when none is to blame
   */
  AttemptFailedException(Failure failure, Breakers.@Nullable Side side, @Nullable Throwable cause) {
    super(failure.reason(), cause);
    this.failure = failure;
    this.side = side;
  }

  Failure failure() {
    return failure;
  }

  Breakers.@Nullable Side side() {
    return side;
  }
}

package io.leat.action.target;

/**
 * A target's rate limit, shared by all processes and kept over restarts. Evenly spread: in any time
 * {@code t} it gives at most {@code rate * t + 1}. A request leaves a little after it was given, by
 * the time that its connection takes; of each process at most one is so late at a time.
 */
public interface HttpBudget {
  /**
   * Waits until one more request may be sent. To be asked right before each; a request that was
   * given and not sent is lost.
   *
   * @throws InterruptedException when Leat stops
   * @throws DeliveryLostException when another process has taken the delivery over, because this
   *     one stood still for too long: nothing may be sent for it any more
   */
  void take() throws InterruptedException;

  /**
   * As {@link #take}, for a request that may take a while to arrive, as when a connection has to be
   * made first: no other is given that could overtake it.
   */
  default Departure depart() throws InterruptedException {
    take();
    return Departure.NOBODY_ASKS;
  }

  /** A request that was given, on its way. Thread-safe; does not block. */
  interface Departure {
    /** For a budget that does not look at it. */
    Departure NOBODY_ASKS =
        new Departure() {
          @Override
          public void left() {}

          @Override
          public void isOver() {}
        };

    /** It was written. */
    void left();

    /** It was answered, or nobody waits for that any more, or it was not sent. */
    void isOver();
  }
}

package io.leat.stream.detect;

/**
 * Knows when a task has read again what was logged before it was restored: all clocks of its
 * streams have said at which accepting time they had, and the task's time has reached the latest.
 */
final class CatchingUp {
  private final int clocks;
  private int heard;
  private long at = Long.MIN_VALUE;
  private long reached = Long.MIN_VALUE;
  private boolean isOver;

  /**
   * @param clocks how many tasks the clocks of its streams have
   */
  CatchingUp(int clocks) {
    this.clocks = clocks;
  }

  /** A clock has. Returns whether this is the moment, which comes once. */
  boolean hear(long accepting) {
    heard++;
    at = Math.max(at, accepting);
    return isNow();
  }

  /** The task's time has come so far. Returns whether this is the moment, which comes once. */
  boolean reach(long accepting) {
    reached = Math.max(reached, accepting);
    return isNow();
  }

  private boolean isNow() {
    if (isOver || heard < clocks || reached < at) {
      return false;
    }
    isOver = true;
    return true;
  }
}

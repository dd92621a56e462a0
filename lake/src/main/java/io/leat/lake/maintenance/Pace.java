package io.leat.lake.maintenance;

/**
 * Called between small pieces of work: it waits as long as others need the machine, and throws when
 * the work is to end, which leaves the table as it is.
 */
@FunctionalInterface
public interface Pace {
  /** Never waits. */
  Pace FULL = () -> {};

  /** Waits. */
  void step();
}

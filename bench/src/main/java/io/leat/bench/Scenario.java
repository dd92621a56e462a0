package io.leat.bench;

/** One way to do the work. */
interface Scenario {
  /** Such as {@code 01}; several scenarios may be variants of one. */
  String id();

  /** What is measured, for the report. */
  String title();

  /** What is needed once, before the first run. */
  void prepare() throws Exception;

  /**
   * Does the work once.
   *
   * @param run names it, unique in this scenario
   * @throws LostRowsException when the result does not hold exactly what went in
   */
  Measurement measure(String run) throws Exception;

  /** Gives back what it has taken. */
  default void close() throws Exception {}
}

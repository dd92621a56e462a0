package io.leat.action.intake;

/**
 * A partition of a blueprint's topic of alerts, in one of the topic's lives.
 *
 * @param epoch of the topic: offsets of another begin anew
 */
public record IntakePartition(String blueprint, int partition, int epoch) {
  /** The topic of a blueprint's alerts. */
  public static String topic(String blueprint) {
    return blueprint + ".alerts";
  }
}

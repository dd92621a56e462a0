package io.leat.app.engine;

/**
 * A difference between a topic and its description.
 *
 * @param topic the topic
 * @param kind what was done about it
 * @param message what differs, a sentence
 * @param remedy what to do, a sentence; empty when nothing is to be done
 */
public record TopicFinding(String topic, Kind kind, String message, String remedy) {

  /** What was done about a difference. */
  public enum Kind {
    /** The topic was changed to what the description says. */
    APPLIED,
    /** Left as it is; Leat works with it. */
    REPORTED,
    /** Not done, as it would destroy data or order; Leat must not go on as if it were. */
    REFUSED
  }

  /** {@code topic: message remedy}. */
  @Override
  public String toString() {
    return topic + ": " + message + (remedy.isEmpty() ? "" : " " + remedy);
  }
}

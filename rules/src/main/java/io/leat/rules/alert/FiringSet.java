package io.leat.rules.alert;

import java.util.Set;

/**
 * All alerts of a detector that one of its tasks has firing, told once it has read again what was
 * logged before it was restored. When all tasks have told theirs, an alert of an older generation
 * than all of them that is in none is over, or never was: it is resolved.
 *
 * @param blueprint whose detector it is
 * @param detector its name
 * @param task which of its tasks, from 0
 * @param tasks how many there are
 * @param generation when the task was restored, in milliseconds since the epoch, or one more than
 *     before if the clock was set back; grows with each
 * @param part which part of the set this is, from 0: large ones are cut
 * @param parts how many parts it has
 * @param alerts ids of alerts
 */
public record FiringSet(
    String blueprint,
    String detector,
    int task,
    int tasks,
    long generation,
    int part,
    int parts,
    Set<String> alerts) {
  /** Ids of one part, at most. */
  public static final int PER_PART = 10_000;

  public FiringSet {
    alerts = Set.copyOf(alerts);
    if (alerts.size() > PER_PART) {
      throw new IllegalArgumentException("too many for a part: " + alerts.size());
    }
  }
}

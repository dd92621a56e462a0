package io.leat.action.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a target is to know of an incident, and knows.
 *
 * @param state whether there is something to deliver
 * @param desired the incident's version that it is to know
 * @param sent the one that it knows
 * @param attempts since it worked last
 * @param waitingSince when the oldest change happened that it does not know; null: it knows all
 * @param nextAttemptAt when it is tried next, if it waits
 * @param isUnderWay whether a worker is at it
 * @param isUnsettled whether an attempt may have come through although nobody knows
 * @param error how the last attempt failed; null: it did not
 * @param externalId what the incident is called there; null: it has no name, or is not there
 * @param externalUrl where people see it; null: they cannot
 * @param deliveredAt when it worked last; null: never
 */
public record Delivery(
    long id,
    String incident,
    String blueprint,
    String target,
    State state,
    long desired,
    long sent,
    int attempts,
    @Nullable Instant waitingSince,
    Instant nextAttemptAt,
    boolean isUnderWay,
    boolean isUnsettled,
    @Nullable String error,
    @Nullable String externalId,
    @Nullable String externalUrl,
    @Nullable Instant deliveredAt) {

  /** Whether there is something to deliver. */
  public enum State {
    WAITING,
    DONE,
    /** Given up. The next change of the incident is tried by itself. */
    DEAD
  }

  /**
   * What was given up.
   *
   * @param version of the incident
   * @param cause why
   * @param attempts how many there were
   * @param redrivenAt when somebody had it tried again; null: not yet
   */
  public record DeadLetter(
      long id,
      long version,
      String cause,
      int attempts,
      Instant diedAt,
      @Nullable Instant redrivenAt,
      @Nullable String redrivenBy) {}

  /** With all its dead letters, the newest first. */
  public record Detail(Delivery delivery, List<DeadLetter> deadLetters) {
    public Detail {
      deadLetters = List.copyOf(deadLetters);
    }
  }

  /**
   * Which to list.
   *
   * @param blueprint whose; null: any
   * @param blueprints to which whoever asks is restricted; null: not at all
   * @param target its name; null: any
   * @param incident its id; null: any
   * @param state in which they are; null: any
   * @param hasDeadLetters only those of which something was given up and not redriven
   * @param after the last of the page before; null: from the newest on
   */
  public record Filter(
      @Nullable String blueprint,
      @Nullable Set<String> blueprints,
      @Nullable String target,
      @Nullable String incident,
      @Nullable State state,
      boolean hasDeadLetters,
      @Nullable Long after,
      int most) {
    public Filter {
      blueprints = blueprints == null ? null : Set.copyOf(blueprints);
    }
  }
}

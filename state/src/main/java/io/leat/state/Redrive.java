package io.leat.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to put a record through once more.
 *
 * @param origin the record's name
 * @param attempt from 1
 * @param run names what was asked for at once
 * @param stream {@code blueprint.stream}
 * @param aim where it is in the log if it was sent; null when it surely was not
 * @param sentAs its position in the log, as a record's name; null when it is not known to be there
 * @param logOffset the same as an offset; -1 when there is none
 * @param code why it is refused or quarantined again, null when it is not
 * @param detail more about the state, in words
 * @param requestedBy the client that asked for it
 * @param reason why, as the client said
 * @param changedAt when it got into its state, or got its aim
 */
public record Redrive(
    String origin,
    int attempt,
    String run,
    String stream,
    RedriveState state,
    @Nullable Aim aim,
    @Nullable String sentAs,
    long logOffset,
    @Nullable String code,
    @Nullable String detail,
    String requestedBy,
    @Nullable String reason,
    Instant requestedAt,
    Instant changedAt) {

  /**
   * What is noted before a record is sent, so that it can be found whatever happens then.
   *
   * @param logEpoch of its topic
   * @param partition of its topic
   * @param from no earlier offset has it
   * @param eventId its id
   * @param client who sent it first
   * @param received when it was received first
   */
  public record Aim(
      int logEpoch, int partition, long from, String eventId, String client, Instant received) {}
}

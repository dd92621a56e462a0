package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found of one stream.
 *
 * @param topic {@code blueprint.stream}
 * @param counts logged: the offsets that were looked at; raw, processed, quarantined: their rows in
 *     the tables; duplicates: as the ledger counts them
 * @param inFlight logged, but not yet in the ledger
 * @param gateway what the gateways answered
 * @param covered the offsets that were looked at
 * @param gaps by position
 * @param moreGaps found beyond those
 * @param notes what could not be looked at, in words
 */
public record StreamReport(
    String topic,
    Counts counts,
    long inFlight,
    Gateway gateway,
    List<Covered> covered,
    List<Gap> gaps,
    long moreGaps,
    List<String> notes) {
  public StreamReport {
    covered = List.copyOf(covered);
    gaps = List.copyOf(gaps);
    notes = List.copyOf(notes);
  }

  /** Offsets of one partition that were looked at. */
  public record Covered(int epoch, int partition, OffsetRange range) {}

  /**
   * Over the whole life of the present log epoch, not only the period.
   *
   * @param logged records that the log has ever had
   * @param acknowledged records that clients were told to be accepted
   * @param unknown records whose outcome clients were told to be unknown
   * @param since when counting began; null when nothing was counted yet
   * @param uncleanStops how often a gateway was killed; each may have lost the count of its last
   *     seconds
   */
  public record Gateway(
      long logged, long acknowledged, long unknown, @Nullable Instant since, int uncleanStops) {
    /** Logged, without a client knowing; an upper bound. */
    public long unacknowledged() {
      return Math.max(0, logged - acknowledged);
    }
  }

  /** Whether there is no gap. */
  public boolean isReconciled() {
    return gaps.isEmpty();
  }
}

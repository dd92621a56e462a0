package io.leat.app.reconcile;

import io.leat.event.LogPosition;
import io.leat.lake.OffsetRange;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a stream beside its tables. The calls block for some seconds at most.
 *
 * <p>All throw a {@link io.leat.event.LeatException} with the engine's code when it does not
 * answer.
 */
public interface Surroundings {
  /** By partition of the present log, the offsets that it still keeps. */
  Map<Integer, OffsetRange> kept(ReconciledStream stream);

  /** When the log took some of its records; those that it does not give in time are left out. */
  Map<LogPosition, Instant> times(Collection<LogPosition> records);

  /** By log epoch and partition, the first offset that is not in the ledger. */
  Map<Integer, Map<Integer, Long>> committed(ReconciledStream stream);

  /** By log epoch, what the gateways answered. */
  List<Answered> answered(ReconciledStream stream);

  /**
   * A number that changes with the begin and the end of each replacement of rows in the stream's
   * tables, and is odd in between: what was read of several tables meanwhile does not belong
   * together.
   */
  long switches(ReconciledStream stream);

  /**
   * What the gateways answered.
   *
   * @param since when counting began
   * @param uncleanStops of gateways that count here
   */
  record Answered(int epoch, long acknowledged, long unknown, Instant since, int uncleanStops) {}

  /** The positions of which the log says that it has them. */
  default Set<LogPosition> present(Collection<LogPosition> records) {
    return times(records).keySet();
  }
}

package io.leat.app.reconcile;

import io.leat.event.LogPosition;
import io.leat.lake.OffsetRange;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** What a test says that the engines say. */
final class TestingSurroundings implements Surroundings {
  final Map<Integer, OffsetRange> kept = new HashMap<>();
  final Map<Integer, Map<Integer, Long>> committed = new HashMap<>();
  List<Answered> answered = List.of();
  Instant logged = Instant.EPOCH;
  LongSupplier switches = () -> 0;

  @Override
  public Map<Integer, OffsetRange> kept(ReconciledStream stream) {
    return kept;
  }

  @Override
  public Map<LogPosition, Instant> times(Collection<LogPosition> records) {
    Map<LogPosition, Instant> times = new HashMap<>();
    for (LogPosition record : records) {
      OffsetRange there = kept.get(record.partition());
      if (there != null && there.contains(record.offset())) {
        times.put(record, logged);
      }
    }
    return times;
  }

  @Override
  public Map<Integer, Map<Integer, Long>> committed(ReconciledStream stream) {
    return committed;
  }

  @Override
  public List<Answered> answered(ReconciledStream stream) {
    return answered;
  }

  @Override
  public long switches(ReconciledStream stream) {
    return switches.getAsLong();
  }
}

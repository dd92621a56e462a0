package io.leat.app.platform;

import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.Surroundings;
import io.leat.app.replay.SwitchMarks;
import io.leat.event.LogPosition;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.lake.OffsetRange;
import io.leat.state.AnsweredCounts;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What the platform's engines say of a stream, each asked in a bounded time. Thread-safe. */
final class PlatformSurroundings implements Surroundings {
  private final StreamRegistry streams;
  private final LogReader log;
  private final BookKeeper books;
  private final AnsweredKeeper keeper;
  private final AnsweredCounts answered;
  private final Asking asking;
  private final SwitchMarks marks;

  PlatformSurroundings(
      StreamRegistry streams,
      LogReader log,
      BookKeeper books,
      AnsweredKeeper keeper,
      AnsweredCounts answered,
      Asking asking,
      SwitchMarks marks) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.keeper = keeper;
    this.answered = answered;
    this.asking = asking;
    this.marks = marks;
  }

  @Override
  public Map<Integer, OffsetRange> kept(ReconciledStream stream) {
    ServedStream served = streams.find(stream.topic());
    if (served == null || served.logEpoch() != stream.epoch()) {
      return Map.of();
    }
    List<TopicPartition> partitions = StatusReport.partitions(served);
    EngineCalls.Pending<Map<TopicPartition, Long>> begins =
        asking.log().begin(() -> log.beginnings(partitions));
    EngineCalls.Pending<Map<TopicPartition, Long>> ends =
        asking.log().begin(() -> log.ends(partitions));
    Map<TopicPartition, Long> first = begins.answer();
    Map<Integer, OffsetRange> kept = new HashMap<>();
    ends.answer()
        .forEach(
            (partition, end) ->
                kept.put(
                    partition.partition(),
                    new OffsetRange(Math.min(end, first.getOrDefault(partition, 0L)), end)));
    return kept;
  }

  @Override
  public Map<LogPosition, Instant> times(Collection<LogPosition> records) {
    return asking.log().ask(() -> log.times(List.copyOf(records)));
  }

  @Override
  public Map<Integer, Map<Integer, Long>> committed(ReconciledStream stream) {
    Map<Integer, Map<Integer, Long>> committed = new HashMap<>();
    asking
        .ledger()
        .ask(() -> books.totals(stream.blueprint()))
        .forEach(
            (epoch, totals) -> {
              if (epoch.stream().equals(stream.name())) {
                committed.put(epoch.epoch(), totals.nextOffsets());
              }
            });
    return committed;
  }

  @Override
  public long switches(ReconciledStream stream) {
    return marks.of(stream.topic());
  }

  @Override
  public List<Answered> answered(ReconciledStream stream) {
    return asking
        .state()
        .ask(
            () -> {
              keeper.keep();
              return answered.totals();
            })
        .stream()
        .filter(one -> one.log().blueprint().equals(stream.blueprint()))
        .filter(one -> one.log().stream().equals(stream.name()))
        .map(
            one ->
                new Answered(
                    one.log().epoch(),
                    one.sums().acknowledged(),
                    one.sums().unknown(),
                    one.since(),
                    one.uncleanStops()))
        .toList();
  }
}

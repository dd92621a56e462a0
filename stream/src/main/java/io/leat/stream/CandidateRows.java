package io.leat.stream;

import io.leat.event.Timestamps;
import io.leat.rules.Deduplication;
import java.nio.charset.StandardCharsets;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Makes the rows of {@link Candidates}: judges a record, and says of a clean one who it is. The
 * same for the live job and for a replay. Not thread-safe.
 */
final class CandidateRows {
  private static final byte[] NOTHING = {};
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final int epoch;
  private final Candidates shape;
  private final Deduplication deduplication;
  private final byte[] stream;
  private final RecordJudge judge;

  CandidateRows(StreamPlan plan) {
    this.epoch = plan.epoch();
    this.shape = new Candidates(plan.processed());
    this.deduplication = new Deduplication(plan.dedupe());
    this.stream = plan.stream().getBytes(StandardCharsets.UTF_8);
    this.judge = new RecordJudge(plan);
  }

  Candidates shape() {
    return shape;
  }

  GenericRowData empty() {
    return new GenericRowData(shape.arity);
  }

  /**
   * Fills the row of a record that is clean.
   *
   * @param eventId its id, or one that stands for it
   * @param timeMicros the envelope's time, or {@link Timestamps#INVALID}
   * @return why it is not clean; null when it is
   */
  RecordJudge.@Nullable Verdict fill(
      LogRecord log, StringData eventId, long timeMicros, GenericRowData row) {
    byte[] payload = log.value;
    RecordJudge.Verdict verdict = judge.judge(payload, timeMicros, log.receivedMicros, row);
    if (verdict == null && payload != null) {
      complete(log, row, eventId, timestamp(timeMicros));
      identify(log, payload, row);
    }
    return verdict;
  }

  static @Nullable TimestampData timestamp(long micros) {
    return micros == Timestamps.INVALID ? null : RowParser.timestamp(micros);
  }

  private void complete(
      LogRecord log, GenericRowData row, StringData eventId, @Nullable TimestampData eventTime) {
    row.setField(shape.extra, StringData.fromString(judge.extra()));
    row.setField(shape.eventId, eventId);
    row.setField(shape.eventTime, eventTime);
    row.setField(shape.receivedAt, RowParser.timestamp(log.receivedMicros));
    row.setField(shape.source, Rows.text(log.source));
    row.setField(shape.client, Rows.text(log.client));
    row.setField(shape.schemaVersion, Rows.optional(log.schemaVersion));
    row.setField(shape.logEpoch, epoch);
    row.setField(shape.logPartition, log.partition);
    row.setField(shape.logOffset, log.offset);
  }

  /** Says who the record is, whether it is clean or not. */
  void identify(LogRecord log, byte[] payload, GenericRowData row) {
    byte[] id = log.id;
    if (id == null || hasSuppliedId(log.supplied)) {
      row.setField(shape.entityKey, Rows.text(log.key == null ? NOTHING : log.key));
      row.setField(shape.payload, payload);
      row.setField(shape.supplied, true);
      row.setField(shape.idHigh, 0L);
      row.setField(shape.idLow, log.offset * SPREAD); // any subtask will do, but not always one
      row.setField(shape.payloadHash, 0L);
    } else {
      identify(log, id, payload, row);
    }
  }

  /** Says who the record is under the id, whoever gave that. */
  void identify(LogRecord log, byte[] id, byte[] payload, GenericRowData row) {
    byte[] key = log.key == null ? NOTHING : log.key;
    byte[] client = log.client == null ? NOTHING : log.client;
    Deduplication.Identity identity = deduplication.identity(stream, client, key, id);
    row.setField(shape.entityKey, Rows.text(key));
    row.setField(shape.payload, payload);
    row.setField(shape.supplied, false);
    row.setField(shape.idHigh, identity.high());
    row.setField(shape.idLow, identity.low());
    row.setField(shape.payloadHash, deduplication.payloadHash(payload));
  }

  /** Whether the id is new by construction. That of a redriven event was there before. */
  private static boolean hasSuppliedId(byte @Nullable [] supplied) {
    boolean isSupplied = false;
    if (supplied != null) {
      for (byte b : supplied) {
        if (b == 'r') {
          return false;
        }
        isSupplied |= b == 'i';
      }
    }
    return isSupplied;
  }
}

package io.leat.stream;

import io.leat.event.ErrorCode;
import io.leat.event.Timestamps;
import io.leat.rules.Deduplication;
import io.leat.rules.QualityRule;
import io.leat.schema.StreamSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Reads each record once: its raw row goes to {@link Outputs#RAW}, its typed row on to
 * deduplication, and what cannot become a clean row to {@link Outputs#QUARANTINE}. Counts per
 * partition go to {@link Outputs#LEDGER} with each checkpoint.
 */
final class ParseOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<LogRecord, RowData>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  /** Records at a time: more do not stay in a core's second cache with what is made of them. */
  static final int BATCH = 64;

  private static final byte[] NOTHING = {};
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final StreamPlan plan;
  private transient Machine machine;

  @SuppressWarnings("NullAway.Init") // Flink calls open() before anything else.
  ParseOperator(StreamPlan plan) {
    this.plan = plan;
  }

  @Override
  public void open() throws Exception {
    super.open();
    machine = new Machine();
  }

  @Override
  public void processElement(StreamRecord<LogRecord> element) {
    machine.accept(element.getValue(), element.getTimestamp());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    machine.flush();
    super.processWatermark(mark);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) {
    machine.flush();
    machine.book.close(checkpointId, this::ledger);
  }

  @Override
  public void endInput() {
    machine.flush();
    machine.book.close(-1, this::ledger);
  }

  private void ledger(RowData row) {
    output.collect(Outputs.LEDGER, new StreamRecord<>(row));
  }

  /** What exists only while the operator runs. */
  private final class Machine {
    private final InstantSource clock = InstantSource.system();
    private final LedgerBook book = new LedgerBook(plan, "parse", clock);
    private final Candidates shape = new Candidates(plan.processed());
    private final Deduplication deduplication = new Deduplication(plan.dedupe());
    private final byte[] stream = plan.stream().getBytes(StandardCharsets.UTF_8);
    private final long pastMicros = plan.past().toNanos() / 1_000;
    private final long futureMicros = plan.future().toNanos() / 1_000;
    private final int timeColumn;
    private final RowParser parser;
    private final QualityGate gate;
    private final StreamRecord<RowData> reused = new StreamRecord<>(null);

    /** Records that wait for others, at the longest for the next watermark or checkpoint. */
    private final LogRecord[] logs = new LogRecord[BATCH];

    private final long[] timestamps = new long[BATCH];
    private final StringData[] ids = new StringData[BATCH];
    private final long[] times = new long[BATCH];
    private final @Nullable RowData[] rows = new @Nullable RowData[BATCH];
    private int waiting;

    Machine() {
      StreamSchema schema = plan.schema();
      var table = plan.processed().asStruct();
      parser = new RowParser(schema.columns(), table);
      gate = new QualityGate(plan.rules(), schema.columns(), table);
      timeColumn =
          plan.timeColumn() == null ? -1 : table.fields().indexOf(table.field(plan.timeColumn()));
    }

    void accept(LogRecord log, long timestamp) {
      logs[waiting] = log;
      timestamps[waiting] = timestamp;
      waiting++;
      if (waiting == BATCH) {
        flush();
      }
    }

    /**
     * Step by step for all that wait, not record by record for all steps: the writers of forty
     * columns push everything else out of the processor's caches.
     */
    void flush() {
      for (int i = 0; i < waiting; i++) {
        emitRaw(i);
      }
      for (int i = 0; i < waiting; i++) {
        rows[i] = typed(logs[i], ids[i], times[i]);
      }
      for (int i = 0; i < waiting; i++) {
        RowData row = rows[i];
        if (row != null) {
          output.collect(reused.replace(row, timestamps[i]));
          rows[i] = null;
        }
      }
      waiting = 0;
    }

    private void emitRaw(int i) {
      LogRecord log = logs[i];
      ids[i] = Rows.eventId(plan, log);
      times[i] = Rows.envelopeTime(log);
      RowData raw = Rows.raw(log, ids[i], timestamp(times[i]), plan.epoch());
      output.collect(Outputs.RAW, reused.replace(raw, timestamps[i]));
      LedgerBook.Counts counts = book.at(log.partition, log.offset);
      counts.logged++;
      counts.raw++;
    }

    /** The clean row; null if there is none, which has its reason in the quarantine. */
    private @Nullable RowData typed(LogRecord log, StringData eventId, long timeMicros) {
      byte[] payload = log.value;
      GenericRowData row = new GenericRowData(shape.arity);
      if (payload == null) {
        quarantine(log, eventId, ErrorCode.UNPARSABLE_RECORD, "the record has no value", "parse");
      } else if (parse(payload, log, row, eventId)
          && inTime(log, row, timeMicros, eventId)
          && isClean(log, row, eventId)) {
        complete(log, row, eventId, timestamp(timeMicros));
        identify(log, payload, row);
        return row;
      }
      book.at(log.partition, log.offset).quarantined++;
      return null;
    }

    private @Nullable TimestampData timestamp(long micros) {
      return micros == Timestamps.INVALID ? null : RowParser.timestamp(micros);
    }

    private boolean parse(byte[] payload, LogRecord log, GenericRowData row, StringData eventId) {
      try {
        parser.parse(payload, row);
        return true;
      } catch (RowParser.MismatchException e) {
        return quarantine(log, eventId, ErrorCode.TYPE_MISMATCH, message(e), "parse");
      } catch (IOException e) {
        String reason =
            e instanceof com.fasterxml.jackson.core.JsonProcessingException json
                ? json.getOriginalMessage()
                : message(e);
        return quarantine(log, eventId, ErrorCode.UNPARSABLE_RECORD, reason, "parse");
      }
    }

    private boolean inTime(
        LogRecord log, GenericRowData row, long envelopeMicros, StringData eventId) {
      long micros = envelopeMicros;
      if (timeColumn >= 0
          && row.getField(timeColumn) instanceof TimestampData time
          && !isInRange(micros(time), log.receivedMicros)) {
        micros = micros(time);
      }
      if (micros == Timestamps.INVALID || isInRange(micros, log.receivedMicros)) {
        return true;
      }
      String reason =
          "event time "
              + Timestamps.ofMicros(micros)
              + " is not within "
              + plan.past()
              + " before and "
              + plan.future()
              + " after its receipt at "
              + Timestamps.ofMicros(log.receivedMicros);
      return quarantine(log, eventId, ErrorCode.TIME_OUT_OF_RANGE, reason, "parse");
    }

    private boolean isInRange(long micros, long received) {
      return micros >= received - pastMicros && micros <= received + futureMicros;
    }

    private boolean isClean(LogRecord log, GenericRowData row, StringData eventId) {
      QualityRule broken = gate.judge(row);
      if (broken == null) {
        row.setField(shape.quality, gate.flags());
        return true;
      }
      String reason = broken.name() + ": expected " + broken.expect().expression();
      return quarantine(log, eventId, ErrorCode.QUALITY_RULE_FAILED, reason, "quality");
    }

    private boolean quarantine(
        LogRecord log, StringData eventId, ErrorCode code, String reason, String stage) {
      long now = Timestamps.toMicros(clock.instant());
      output.collect(
          Outputs.QUARANTINE,
          new StreamRecord<>(Rows.quarantined(plan, log, eventId, code, reason, stage, now)));
      return false;
    }

    private void complete(
        LogRecord log, GenericRowData row, StringData eventId, @Nullable TimestampData eventTime) {
      row.setField(shape.extra, StringData.fromString(parser.extra()));
      row.setField(shape.eventId, eventId);
      row.setField(shape.eventTime, eventTime);
      row.setField(shape.receivedAt, RowParser.timestamp(log.receivedMicros));
      row.setField(shape.source, Rows.text(log.source));
      row.setField(shape.client, Rows.text(log.client));
      row.setField(shape.schemaVersion, Rows.optional(log.schemaVersion));
      row.setField(shape.logEpoch, plan.epoch());
      row.setField(shape.logPartition, log.partition);
      row.setField(shape.logOffset, log.offset);
    }

    private void identify(LogRecord log, byte[] payload, GenericRowData row) {
      byte[] key = log.key == null ? NOTHING : log.key;
      row.setField(shape.entityKey, Rows.text(key));
      row.setField(shape.payload, payload);
      if (log.id == null || hasSuppliedId(log.supplied)) {
        row.setField(shape.supplied, true);
        row.setField(shape.idHigh, 0L);
        row.setField(shape.idLow, log.offset * SPREAD); // any subtask will do, but not always one
        row.setField(shape.payloadHash, 0L);
      } else {
        byte[] client = log.client == null ? NOTHING : log.client;
        Deduplication.Identity id = deduplication.identity(stream, client, key, log.id);
        row.setField(shape.supplied, false);
        row.setField(shape.idHigh, id.high());
        row.setField(shape.idLow, id.low());
        row.setField(shape.payloadHash, deduplication.payloadHash(payload));
      }
    }

    private boolean hasSuppliedId(byte @Nullable [] supplied) {
      if (supplied != null) {
        for (byte b : supplied) {
          if (b == 'i') {
            return true;
          }
        }
      }
      return false;
    }

    private long micros(TimestampData time) {
      return time.getMillisecond() * 1_000L + time.getNanoOfMillisecond() / 1_000L;
    }

    private String message(Exception e) {
      return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
  }
}

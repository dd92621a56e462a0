package io.leat.stream;

import io.leat.event.Timestamps;
import java.time.InstantSource;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
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

  private final StreamPlan plan;
  private final Written written;
  private transient Machine machine;

  @SuppressWarnings("NullAway.Init") // Flink calls open() before anything else.
  ParseOperator(StreamPlan plan, Written written) {
    this.plan = plan;
    this.written = written;
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
    private final CandidateRows candidates = new CandidateRows(plan);
    private final StreamRecord<RowData> reused = new StreamRecord<>(null);

    /** Records that wait for others, at the longest for the next watermark or checkpoint. */
    private final LogRecord[] logs = new LogRecord[BATCH];

    private final long[] timestamps = new long[BATCH];
    private final StringData[] ids = new StringData[BATCH];
    private final long[] times = new long[BATCH];
    private final @Nullable RowData[] rows = new @Nullable RowData[BATCH];
    private int waiting;

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
      if (written.has(log.partition, log.offset)) {
        return;
      }
      RowData raw = Rows.raw(log, ids[i], CandidateRows.timestamp(times[i]), plan.epoch());
      output.collect(Outputs.RAW, reused.replace(raw, timestamps[i]));
      LedgerBook.Counts counts = book.at(log.partition, log.offset);
      counts.logged++;
      counts.raw++;
    }

    /** The clean row; null if there is none, which has its reason in the quarantine. */
    private @Nullable RowData typed(LogRecord log, StringData eventId, long timeMicros) {
      GenericRowData row = candidates.empty();
      RecordJudge.Verdict verdict = candidates.fill(log, eventId, timeMicros, row);
      if (verdict == null) {
        return row;
      }
      if (written.has(log.partition, log.offset)) {
        return null;
      }
      quarantine(log, eventId, verdict);
      book.at(log.partition, log.offset).quarantined++;
      return null;
    }

    private void quarantine(LogRecord log, StringData eventId, RecordJudge.Verdict verdict) {
      long now = Timestamps.toMicros(clock.instant());
      output.collect(
          Outputs.QUARANTINE,
          new StreamRecord<>(Rows.quarantined(plan, log, eventId, verdict, now)));
    }
  }
}

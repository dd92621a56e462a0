package io.leat.stream;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Rows as {@link CleanEvents} makes them. */
public final class TestingRows {
  private final StreamPlan plan = TestingPlans.plan();
  private final CandidateRows candidates = new CandidateRows(plan);

  public StreamPlan plan() {
    return plan;
  }

  /** An event as it is in the log. */
  public static LogRecord record(long offset, String device, String json) {
    return TestingPlans.record(offset, device, "e" + offset, json);
  }

  /** The row of an event that is clean. */
  public RowData row(long offset, String device, String json) {
    return row(plan, candidates, record(offset, device, json));
  }

  /** The row of a record that is clean. */
  public static RowData row(StreamPlan plan, LogRecord log) {
    return row(plan, new CandidateRows(plan), log);
  }

  private static RowData row(StreamPlan plan, CandidateRows candidates, LogRecord log) {
    GenericRowData row = candidates.empty();
    RecordJudge.Verdict verdict =
        candidates.fill(log, Rows.eventId(plan, log), Rows.envelopeTime(log), row);
    if (verdict != null) {
      throw new IllegalArgumentException(verdict.toString());
    }
    return row;
  }
}

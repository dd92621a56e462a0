package io.leat.stream;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Lets the clean records through as typed rows, each at once. What is not clean is somebody else's
 * to keep.
 */
final class CleanOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<LogRecord, RowData> {
  private static final long serialVersionUID = 1L;

  private final StreamPlan plan;
  private transient @Nullable CandidateRows candidates;

  CleanOperator(StreamPlan plan) {
    this.plan = plan;
  }

  @Override
  public void open() throws Exception {
    super.open();
    candidates = new CandidateRows(plan);
  }

  @Override
  public void processElement(StreamRecord<LogRecord> element) {
    CandidateRows rows = candidates;
    if (rows == null) {
      throw new IllegalStateException("not open");
    }
    LogRecord log = element.getValue();
    GenericRowData row = rows.empty();
    if (rows.fill(log, Rows.eventId(plan, log), Rows.envelopeTime(log), row) == null) {
      output.collect(new StreamRecord<>(row, element.getTimestamp()));
    }
  }
}

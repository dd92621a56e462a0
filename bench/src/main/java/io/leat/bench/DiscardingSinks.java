package io.leat.bench;

import io.leat.stream.LakeSinks;
import io.leat.stream.StreamPlan;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.data.RowData;

/** Drops all rows: for filling state only. */
final class DiscardingSinks implements LakeSinks {
  @Override
  public void raw(StreamPlan plan, DataStream<RowData> rows) {
    discard(rows);
  }

  @Override
  public void processed(StreamPlan plan, DataStream<RowData> rows) {
    discard(rows);
  }

  @Override
  public void quarantine(DataStream<RowData> rows) {
    discard(rows);
  }

  @Override
  public void ledger(DataStream<RowData> rows) {
    discard(rows);
  }

  @Override
  public void rejected(DataStream<RowData> rows) {
    discard(rows);
  }

  private static void discard(DataStream<RowData> rows) {
    rows.sinkTo(new DiscardingSink<>());
  }
}

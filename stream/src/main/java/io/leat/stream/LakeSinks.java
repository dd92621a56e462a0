package io.leat.stream;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;

/**
 * Where the lake job's rows go. Rows have the columns of the tables in {@link
 * io.leat.lake.EventTables}.
 */
public interface LakeSinks {
  void raw(StreamPlan plan, DataStream<RowData> rows);

  /** Rows may have more fields than the table has columns; the writer takes the first. */
  void processed(StreamPlan plan, DataStream<RowData> rows);

  void quarantine(DataStream<RowData> rows);

  void ledger(DataStream<RowData> rows);

  void rejected(DataStream<RowData> rows);
}

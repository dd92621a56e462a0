package io.leat.stream;

import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * The {@code lake} job of a blueprint: from its topics to the raw and processed tables, the
 * quarantine, the ledger and the table of rejected records.
 */
public final class LakeJob {
  private LakeJob() {}

  /** Where the lake job's records come from. */
  public interface LakeSources {
    /** The records of a stream; their timestamps are the times of receipt, in milliseconds. */
    DataStream<LogRecord> events(StreamPlan plan);

    /** The records that the gateways refused. */
    DataStream<RowData> rejected();
  }

  /** Lays out the topology. Every operator has a uid that depends on its stream's name alone. */
  public static void build(List<StreamPlan> plans, LakeSources sources, LakeSinks sinks) {
    DataStream<RowData> quarantine = null;
    DataStream<RowData> ledger = null;
    for (StreamPlan plan : plans) {
      SingleOutputStreamOperator<RowData> parsed = parse(plan, sources.events(plan));
      SingleOutputStreamOperator<RowData> clean = deduplicate(plan, parsed);
      sinks.raw(plan, parsed.getSideOutput(Outputs.RAW));
      sinks.processed(plan, clean);
      quarantine =
          union(
              quarantine,
              parsed.getSideOutput(Outputs.QUARANTINE),
              clean.getSideOutput(Outputs.QUARANTINE));
      ledger =
          union(ledger, parsed.getSideOutput(Outputs.LEDGER), clean.getSideOutput(Outputs.LEDGER));
    }
    if (quarantine != null && ledger != null) {
      sinks.quarantine(quarantine);
      sinks.ledger(ledger);
    }
    sinks.rejected(sources.rejected());
  }

  private static SingleOutputStreamOperator<RowData> parse(
      StreamPlan plan, DataStream<LogRecord> events) {
    String name = "parse-" + plan.stream();
    return events
        .transform(name, Candidates.type(plan.processed()), new ParseOperator(plan))
        .name(name)
        .uid(name);
  }

  private static SingleOutputStreamOperator<RowData> deduplicate(
      StreamPlan plan, DataStream<RowData> parsed) {
    String name = "dedup-" + plan.stream();
    return keyed(plan, parsed)
        .transform(name, Candidates.type(plan.processed()), new DedupOperator(plan))
        .name(name)
        .uid(name);
  }

  /**
   * A single subtask has every key: the rows need no way through the network's buffers, which costs
   * as much as reading the JSON does. State is kept by slot in both cases, so that the parallelism
   * can change from a savepoint.
   */
  private static KeyedStream<RowData, Integer> keyed(StreamPlan plan, DataStream<RowData> rows) {
    int slot = new Candidates(plan.processed()).slot;
    KeySelector<RowData, Integer> bySlot = row -> row.getInt(slot);
    return rows.getParallelism() == 1
        ? DataStreamUtils.reinterpretAsKeyedStream(rows, bySlot, Types.INT)
        : rows.keyBy(bySlot, Types.INT);
  }

  private static DataStream<RowData> union(
      @Nullable DataStream<RowData> all, DataStream<RowData> one, DataStream<RowData> other) {
    return all == null ? one.union(other) : all.union(one, other);
  }
}

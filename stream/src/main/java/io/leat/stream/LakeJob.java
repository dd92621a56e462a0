package io.leat.stream;

import io.leat.rules.seen.IdRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.Partitioner;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * The {@code lake} job of a blueprint: from its topics to the raw and processed tables, the
 * quarantine, the ledger and the table of rejected records.
 */
public final class LakeJob {
  static final String DEDUP = "dedup-";

  private LakeJob() {}

  /** Where the lake job's records come from. */
  public interface LakeSources {
    /** The records of a stream; their timestamps are the times of receipt, in milliseconds. */
    DataStream<LogRecord> events(StreamPlan plan);

    /**
     * By partition, the first offset whose rows are yet to be written; {@link #events} may begin
     * before it.
     */
    default Map<Integer, Long> written(StreamPlan plan) {
      return Map.of();
    }

    /** The records that the gateways refused. */
    DataStream<RowData> rejected();
  }

  /**
   * Lays out the topology. Every operator has a uid that depends on its stream's name alone.
   *
   * @param seenIds where deduplication keeps its files, a directory that all subtasks can reach and
   *     that lives as long as the job's checkpoints
   */
  public static void build(
      List<StreamPlan> plans, LakeSources sources, LakeSinks sinks, Path seenIds) {
    DataStream<RowData> quarantine = null;
    DataStream<RowData> ledger = null;
    for (StreamPlan plan : plans) {
      Written written = new Written(sources.written(plan));
      SingleOutputStreamOperator<RowData> parsed = parse(plan, written, sources.events(plan));
      SingleOutputStreamOperator<RowData> clean = deduplicate(plan, written, parsed, seenIds);
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

  /**
   * Whether the operator's state is what was seen of events' ids: the only one that outlives the
   * log and the tables' history.
   */
  public static boolean isMemory(String uid) {
    return uid.startsWith(DEDUP);
  }

  private static SingleOutputStreamOperator<RowData> parse(
      StreamPlan plan, Written written, DataStream<LogRecord> events) {
    String name = "parse-" + plan.stream();
    return events
        .transform(name, Candidates.type(plan.processed()), new ParseOperator(plan, written))
        .name(name)
        .uid(name);
  }

  private static SingleOutputStreamOperator<RowData> deduplicate(
      StreamPlan plan, Written written, DataStream<RowData> parsed, Path seenIds) {
    String name = DEDUP + plan.stream();
    return toOwners(plan, parsed)
        .transform(
            name,
            Candidates.type(plan.processed()),
            new DedupOperator(
                plan, written, seenIds.resolve(plan.stream()).toString(), ParseOperator.BATCH))
        .name(name)
        .uid(name);
  }

  /**
   * To the subtask that knows the id. A single one knows all: the rows need no way through the
   * network's buffers, which costs as much as reading the JSON does.
   */
  private static DataStream<RowData> toOwners(StreamPlan plan, DataStream<RowData> rows) {
    int low = new Candidates(plan.processed()).idLow;
    Partitioner<Long> owner = IdRange::owner;
    KeySelector<RowData, Long> id = row -> row.getLong(low);
    return rows.getParallelism() == 1 ? rows : rows.partitionCustom(owner, id);
  }

  private static DataStream<RowData> union(
      @Nullable DataStream<RowData> all, DataStream<RowData> one, DataStream<RowData> other) {
    return all == null ? one.union(other) : all.union(one, other);
  }
}

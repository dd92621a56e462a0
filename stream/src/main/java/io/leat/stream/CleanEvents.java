package io.leat.stream;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;

/**
 * A stream's events for whoever has to act on them at once: parsed and judged as for the processed
 * table, the first of each id only, none waiting for another.
 */
public final class CleanEvents {
  /**
   * An event that is sent again later than this counts twice. Senders try again within minutes, and
   * every id costs memory.
   */
  private static final Duration MOST_REMEMBERED = Duration.ofHours(1);

  private CleanEvents() {}

  /**
   * How long an id is remembered here.
   *
   * @param dedupe how long it counts as seen for the processed table
   */
  public static Duration remembered(Duration dedupe) {
    return dedupe.compareTo(MOST_REMEMBERED) > 0 ? MOST_REMEMBERED : dedupe;
  }

  /**
   * The rows that {@link CleanRow} reads.
   *
   * @param seenIds as for {@link LakeJob#build}
   */
  public static DataStream<RowData> of(
      StreamPlan plan, DataStream<LogRecord> events, Path seenIds) {
    StreamPlan brief = plan.remembering(remembered(plan.dedupe()));
    String clean = "clean-" + plan.stream();
    DataStream<RowData> rows =
        events
            .transform(clean, Candidates.type(plan.processed()), new CleanOperator(brief))
            .name(clean)
            .uid(clean);
    String dedup = LakeJob.DEDUP + plan.stream();
    // In one task: an entity's events have several ids, and must stay in their order.
    return rows.transform(
            dedup,
            Candidates.type(plan.processed()),
            new DedupOperator(
                brief, new Written(Map.of()), seenIds.resolve(plan.stream()).toString(), 1))
        .setParallelism(1)
        .name(dedup)
        .uid(dedup);
  }
}

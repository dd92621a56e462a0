package io.leat.stream.hot;

import io.leat.stream.StreamPlan;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;

/** The tables of newest states of a blueprint, for its {@code detect} job. */
public final class HotTableSink {
  private final String blueprint;
  private final List<HotTablePlan> tables;
  private final Writers writers;
  private final Bounds bounds;

  /** Where batches go. Used by one thread. */
  public interface Writer extends AutoCloseable {
    /**
     * Writes what is newer than what is there, all of it or nothing.
     *
     * @param sorted by table and key, each once
     * @throws io.leat.event.LeatException STATE_UNAVAILABLE when it is worth trying again
     */
    void write(List<HotWrite> sorted);

    @Override
    void close();
  }

  /** Opens a writer for a task; travels to it. */
  @FunctionalInterface
  public interface Writers extends Serializable {
    Writer open();
  }

  /**
   * How much waits, and for how long.
   *
   * @param coalesce how long an entity's events become one
   * @param keys of so many entities at most
   * @param chars with so many characters of columns at most, but for the last one
   * @param attempts how often a batch is tried before the task fails
   * @param firstPause before the second attempt; each further one is twice as long
   * @param longestPause but at most this
   */
  public record Bounds(
      Duration coalesce,
      int keys,
      int chars,
      int attempts,
      Duration firstPause,
      Duration longestPause)
      implements Serializable {
    /** A tenth of a second, 2,000 entities, 4 Mi characters; 8 attempts within some ten seconds. */
    public static final Bounds DEFAULT =
        new Bounds(
            Duration.ofMillis(100),
            2_000,
            4 * 1_024 * 1_024,
            8,
            Duration.ofMillis(100),
            Duration.ofSeconds(5));
  }

  /**
   * @param blueprint the blueprint's name
   * @param tables what each table keeps of each of its streams
   */
  public HotTableSink(
      String blueprint, Collection<HotTablePlan> tables, Writers writers, Bounds bounds) {
    this.blueprint = blueprint;
    this.tables = List.copyOf(tables);
    this.writers = writers;
    this.bounds = bounds;
  }

  /** The streams that tables are made of. */
  public Set<String> streams() {
    Set<String> streams = new TreeSet<>();
    tables.forEach(table -> streams.add(table.stream()));
    return streams;
  }

  /**
   * Has the stream's rows written, if a table is made of it.
   *
   * @param rows those of {@link io.leat.stream.CleanEvents}
   */
  public void add(StreamPlan plan, DataStream<RowData> rows) {
    List<HotTablePlan> own =
        tables.stream().filter(table -> table.stream().equals(plan.stream())).toList();
    if (!own.isEmpty()) {
      String name = "hot-" + plan.stream();
      rows.sinkTo(new StreamSink(blueprint, plan, new ArrayList<>(own), writers, bounds))
          .setParallelism(rows.getParallelism())
          .name(name)
          .uid(name);
    }
  }

  private record StreamSink(
      String blueprint, StreamPlan plan, List<HotTablePlan> tables, Writers writers, Bounds bounds)
      implements Sink<RowData> {
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
      return new HotWriter(
          new HotRows(blueprint, plan, tables),
          writers.open(),
          bounds,
          context.getProcessingTimeService(),
          task -> new Thread(task, "leat-hot-" + plan.topic()));
    }
  }
}

package io.leat.stream.detect;

import io.leat.rules.detect.DetectorKind;
import io.leat.stream.CleanEvents;
import io.leat.stream.CleanRow;
import io.leat.stream.LogRecord;
import io.leat.stream.hot.HotTableSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/** The {@code detect} job of a blueprint: from its topics to alerts. */
public final class DetectJob {
  private DetectJob() {}

  /** Where the job's records come from. */
  public interface DetectSources {
    /** The records of a stream. */
    DataStream<LogRecord> events(DetectPlan plan);

    /** By partition, where {@link #events} begins when it has no state. */
    Map<Integer, Long> begin(DetectPlan plan);

    /** The gateways' markers, all of them, in their order. */
    DataStream<byte[]> markers();
  }

  /** Takes what detectors say. */
  @FunctionalInterface
  public interface AlertSink {
    void alerts(DataStream<Said> said);
  }

  /** Lays out the topology of a blueprint without tables of newest states. */
  public static void build(
      List<DetectPlan> plans, DetectSources sources, AlertSink sink, Path seenIds) {
    build(plans, sources, sink, null, seenIds);
  }

  /**
   * Lays out the topology. Every operator has a uid that depends on its stream's name alone, or on
   * its detector's when that is a silence.
   *
   * @param plans of all streams that detectors or tables read
   * @param tables the tables of newest states; null when there is none
   * @param seenIds as for the lake job, another directory
   */
  public static void build(
      List<DetectPlan> plans,
      DetectSources sources,
      AlertSink sink,
      @Nullable HotTableSink tables,
      Path seenIds) {
    if (tables != null) {
      requirePlans(tables, plans);
    }
    Silences silences = new Silences(plans);
    DataStream<TimedMarker> markers = timed(sources.markers(), DetectPlan.grace(plans));
    List<DataStream<Said>> said = new ArrayList<>();
    for (DetectPlan plan : plans) {
      SingleOutputStreamOperator<LogRecord> timed =
          clock(plan, sources.begin(plan), sources.events(plan), markers);
      Clocks clocks =
          new Clocks(timed.getSideOutput(ClockOperator.CAUGHT_UP), timed.getParallelism());
      DataStream<RowData> rows = CleanEvents.of(plan.stream(), timed, seenIds);
      if (tables != null) {
        tables.add(plan.stream(), rows);
      }
      silences.add(plan, rows, markers, clocks);
      said.addAll(detect(plan, rows, clocks));
    }
    said.addAll(silences.detect());
    if (!said.isEmpty()) {
      sink.alerts(said.stream().reduce((one, other) -> one.union(other)).orElseThrow());
    }
  }

  /**
   * The tasks of a stream's clock, or those of several streams.
   *
   * @param caughtUp what each tells when it has caught up
   */
  record Clocks(DataStream<Long> caughtUp, int tasks) {
    Clocks and(Clocks other) {
      return new Clocks(caughtUp.union(other.caughtUp), tasks + other.tasks);
    }
  }

  private static DataStream<TimedMarker> timed(DataStream<byte[]> markers, Duration grace) {
    return markers
        .transform(
            "accepting",
            TypeInformation.of(TimedMarker.class),
            new MarkerOperator(grace.toMillis()))
        .setParallelism(1)
        .name("accepting")
        .uid("accepting");
  }

  private static void requirePlans(HotTableSink tables, List<DetectPlan> plans) {
    Set<String> without = new TreeSet<>(tables.streams());
    plans.forEach(plan -> without.remove(plan.stream().stream()));
    if (!without.isEmpty()) {
      throw new IllegalArgumentException("tables are made of streams without a plan: " + without);
    }
  }

  private static boolean isPerKey(DetectorKind kind) {
    return !(kind instanceof DetectorKind.Rate rate) || rate.isPerKey();
  }

  private static SingleOutputStreamOperator<LogRecord> clock(
      DetectPlan plan,
      Map<Integer, Long> begin,
      DataStream<LogRecord> events,
      DataStream<TimedMarker> markers) {
    String name = "clock-" + plan.stream().stream();
    DataStream<LogRecord> owned =
        events.getParallelism() == 1
            ? events
            : events.partitionCustom((partition, tasks) -> partition % tasks, log -> log.partition);
    return owned
        .connect(markers.broadcast())
        .transform(
            name,
            TypeInformation.of(LogRecord.class),
            new ClockOperator(plan.stream().stream(), begin))
        .name(name)
        .uid(name);
  }

  /** What the detectors of the stream say that are no silences. */
  private static List<DataStream<Said>> detect(
      DetectPlan plan, DataStream<RowData> rows, Clocks clocks) {
    String stream = plan.stream().stream();
    List<DataStream<Said>> said = new ArrayList<>();
    for (boolean isPerKey : new boolean[] {true, false}) {
      List<DetectPlan.Versioned> detectors =
          plan.detectors().stream()
              .filter(one -> !DetectPlan.isSilence(one))
              .filter(one -> isPerKey(one.spec().kind()) == isPerKey)
              .toList();
      if (!detectors.isEmpty()) {
        said.add(
            detect(
                (isPerKey ? "detect-" : "detect-all-") + stream,
                rows.keyBy(isPerKey ? new EntityKey(plan) : row -> "", Types.STRING),
                new DetectOperator<>(
                    plan.origin(),
                    detectors,
                    new EventReading.Rows(plan.stream(), isPerKey),
                    clocks.tasks()),
                clocks,
                isPerKey ? clocks.tasks() : 1));
      }
    }
    return said;
  }

  static <T> SingleOutputStreamOperator<Said> detect(
      String name,
      KeyedStream<T, String> keyed,
      DetectOperator<T> operator,
      Clocks clocks,
      int tasks) {
    TwoInputTransformation<T, Long, Said> transformation =
        new TwoInputTransformation<>(
            keyed.getTransformation(),
            clocks.caughtUp().broadcast().getTransformation(),
            name,
            operator,
            TypeInformation.of(Said.class),
            tasks,
            true);
    transformation.setStateKeySelectors(keyed.getKeySelector(), null);
    transformation.setStateKeyType(Types.STRING);
    transformation.setUid(name);
    keyed.getExecutionEnvironment().addOperator(transformation);
    return new Detected(keyed.getExecutionEnvironment(), transformation);
  }

  /** What {@link org.apache.flink.streaming.api.datastream.ConnectedStreams} makes of its own. */
  private static final class Detected extends SingleOutputStreamOperator<Said> {
    Detected(StreamExecutionEnvironment environment, Transformation<Said> transformation) {
      super(environment, transformation);
    }
  }

  /** The key of a row's entity. */
  private static final class EntityKey implements KeySelector<RowData, String> {
    private static final long serialVersionUID = 1L;

    private final DetectPlan plan;
    private transient @Nullable CleanRow row;

    EntityKey(DetectPlan plan) {
      this.plan = plan;
    }

    @Override
    public String getKey(RowData value) {
      CleanRow present = row;
      if (present == null) {
        present = new CleanRow(plan.stream());
        row = present;
      }
      return present.at(value).key();
    }
  }
}

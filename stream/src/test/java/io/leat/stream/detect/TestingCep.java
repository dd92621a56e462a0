package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.leat.rules.alert.Severity;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.Detectors;
import io.leat.rules.detect.KeyedDetector;
import io.leat.schema.Column;
import io.leat.schema.ColumnType.Primitive;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.IterativeCondition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Sequences as our own detector is told of them, and as Flink's pattern library is. */
final class TestingCep {
  static final Duration WITHIN = Duration.ofSeconds(60);
  private static final List<Column> COLUMNS =
      List.of(new Column("code", Primitive.STRING, false, null, null, null));

  private TestingCep() {}

  /** An event whose code has an a, b or c for each part that it may play. A Flink POJO. */
  public static final class Happening {
    public String key = "";
    public String code = "";

    /** Milliseconds. */
    public long at;

    /** Its place among those of its key. */
    public int index;

    public Happening() {}

    Happening(String key, String code, long at, int index) {
      this.key = key;
      this.code = code;
      this.at = at;
      this.index = index;
    }

    boolean is(String part) {
      return code.contains(part);
    }
  }

  /** A sequence, by the places of its events; {@code then} is that of the first for absence. */
  public static final class Found {
    public String key = "";
    public int first;
    public int then;

    public Found() {}

    Found(String key, int first, int then) {
      this.key = key;
      this.first = first;
      this.then = then;
    }
  }

  /** Its end counts, as ours does: CEP's own excludes it. */
  static final Duration INCLUSIVE = WITHIN.plusMillis(1);

  static Pattern<Happening, ?> following(Duration within) {
    return Pattern.<Happening>begin("first", AfterMatchSkipStrategy.skipPastLastEvent())
        .where(has("a"))
        .notFollowedBy("without")
        .where(has("c"))
        .followedBy("then")
        .where(has("b"))
        .within(within);
  }

  static Pattern<Happening, ?> absent(Duration within) {
    return Pattern.<Happening>begin("first", AfterMatchSkipStrategy.noSkip())
        .where(has("a"))
        .notFollowedBy("without")
        .where(has("c"))
        .within(within);
  }

  private static IterativeCondition<Happening> has(String part) {
    return new Has(part);
  }

  private static final class Has extends IterativeCondition<Happening> {
    private static final long serialVersionUID = 1L;
    private final String part;

    Has(String part) {
      this.part = part;
    }

    @Override
    public boolean filter(Happening value, IterativeCondition.Context<Happening> context) {
      return value.is(part);
    }
  }

  /** What the library finds; events must be in the order of their times. */
  static DataStream<Found> found(DataStream<Happening> events, Pattern<Happening, ?> pattern) {
    return CEP.pattern(
            events
                .assignTimestampsAndWatermarks(
                    WatermarkStrategy.<Happening>forMonotonousTimestamps()
                        .withTimestampAssigner((event, before) -> event.at))
                .keyBy(event -> event.key, Types.STRING),
            pattern)
        .process(new Finding(), TypeInformation.of(Found.class));
  }

  private static final class Finding extends PatternProcessFunction<Happening, Found> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processMatch(
        Map<String, List<Happening>> match,
        PatternProcessFunction.Context context,
        Collector<Found> out) {
      Happening first = Objects.requireNonNull(match.get("first")).get(0);
      Happening then = match.getOrDefault("then", List.of(first)).get(0);
      out.collect(new Found(first.key, first.index, then.index));
    }
  }

  /** Our own; each event ends an episode, so that the next sequence can be found. */
  static KeyedDetector detector(boolean isAbsence) {
    DetectorKind kind =
        new DetectorKind.Sequence(
            "fault",
            condition("code.contains('a')"),
            isAbsence ? null : condition("code.contains('b')"),
            condition("code.contains('c')"),
            WITHIN,
            condition("code != ''"),
            WITHIN);
    DetectorSpec spec =
        new DetectorSpec(
            "watch",
            null,
            kind,
            Severity.MAJOR,
            "{key}",
            Map.of(),
            null,
            List.of("key"),
            Duration.ofSeconds(30),
            DetectorSpec.Late.COUNT);
    return Detectors.of("devices", spec, COLUMNS);
  }

  private static Condition condition(String text) {
    try {
      return Condition.compile(text, COLUMNS);
    } catch (InvalidConditionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The event as our detector sees it, accepted when it happened; its place is its offset. */
  static KeyedDetector.Observation observation(Happening event) {
    @Nullable Object code = event.code;
    return new KeyedDetector.Observation(
        "fault",
        event.key,
        new LogPosition(1, "devices.fault", 0, event.index),
        event.at * 1_000,
        event.at * 1_000,
        event.at,
        column -> code);
  }
}

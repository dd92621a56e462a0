package io.leat.stream;

import io.leat.event.ErrorCode;
import io.leat.event.Timestamps;
import io.leat.rules.QualityRule;
import io.leat.schema.StreamSchema;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Judges single records by a stream's plan: whether they can be typed, lie in the range of time and
 * keep the quality rules. What an id was used for before is {@link DedupOperator}'s to judge. Not
 * thread-safe.
 */
public final class RecordJudge {
  private final StreamPlan plan;
  private final Candidates shape;
  private final long pastMicros;
  private final long futureMicros;
  private final int timeColumn;
  private final RowParser parser;
  private final QualityGate gate;

  /** Compiles the plan's schema and rules. */
  public RecordJudge(StreamPlan plan) {
    this.plan = plan;
    this.shape = new Candidates(plan.processed());
    this.pastMicros = plan.past().toNanos() / 1_000;
    this.futureMicros = plan.future().toNanos() / 1_000;
    StreamSchema schema = plan.schema();
    var table = plan.processed().asStruct();
    this.parser = new RowParser(schema.columns(), table);
    this.gate = new QualityGate(plan.rules(), schema.columns(), table);
    this.timeColumn =
        plan.timeColumn() == null ? -1 : table.fields().indexOf(table.field(plan.timeColumn()));
  }

  /**
   * Why a record does not become clean.
   *
   * @param reason in words
   * @param stage parse or quality
   */
  public record Verdict(ErrorCode code, String reason, String stage) {}

  /**
   * Why the record would be quarantined now; empty when it would not.
   *
   * @param eventMicros the event time, or {@link Timestamps#INVALID}
   * @param receivedMicros when the gateway received it, microseconds since the epoch
   */
  public Optional<Verdict> judge(byte[] payload, long eventMicros, long receivedMicros) {
    return Optional.ofNullable(
        judge(payload, eventMicros, receivedMicros, new GenericRowData(shape.arity)));
  }

  /**
   * Fills the schema's columns and the quality of a {@link Candidates} row.
   *
   * @return null when the record is clean
   */
  @Nullable Verdict judge(
      byte @Nullable [] payload, long eventMicros, long receivedMicros, GenericRowData row) {
    if (payload == null) {
      return new Verdict(ErrorCode.UNPARSABLE_RECORD, "the record has no value", "parse");
    }
    Verdict verdict = parse(payload, row);
    verdict = verdict == null ? outOfTime(eventMicros, receivedMicros, row) : verdict;
    return verdict == null ? unclean(row) : verdict;
  }

  /** JSON of the last record's undeclared properties; null when it had none. */
  @Nullable String extra() {
    return parser.extra();
  }

  private @Nullable Verdict parse(byte[] payload, GenericRowData row) {
    try {
      parser.parse(payload, row);
      return null;
    } catch (RowParser.MismatchException e) {
      return new Verdict(ErrorCode.TYPE_MISMATCH, message(e), "parse");
    } catch (IOException e) {
      String reason =
          e instanceof com.fasterxml.jackson.core.JsonProcessingException json
              ? json.getOriginalMessage()
              : message(e);
      return new Verdict(ErrorCode.UNPARSABLE_RECORD, reason, "parse");
    }
  }

  private @Nullable Verdict outOfTime(
      long envelopeMicros, long receivedMicros, GenericRowData row) {
    long micros = envelopeMicros;
    if (timeColumn >= 0
        && row.getField(timeColumn) instanceof TimestampData time
        && !isInRange(micros(time), receivedMicros)) {
      micros = micros(time);
    }
    if (micros == Timestamps.INVALID || isInRange(micros, receivedMicros)) {
      return null;
    }
    return new Verdict(
        ErrorCode.TIME_OUT_OF_RANGE,
        "event time "
            + Timestamps.ofMicros(micros)
            + " is not within "
            + plan.past()
            + " before and "
            + plan.future()
            + " after its receipt at "
            + Timestamps.ofMicros(receivedMicros),
        "parse");
  }

  private boolean isInRange(long micros, long received) {
    return micros >= received - pastMicros && micros <= received + futureMicros;
  }

  private @Nullable Verdict unclean(GenericRowData row) {
    QualityRule broken = gate.judge(row);
    if (broken == null) {
      row.setField(shape.quality, gate.flags());
      return null;
    }
    return new Verdict(
        ErrorCode.QUALITY_RULE_FAILED,
        broken.name() + ": expected " + broken.expect().expression(),
        "quality");
  }

  private static long micros(TimestampData time) {
    return time.getMillisecond() * 1_000L + time.getNanoOfMillisecond() / 1_000L;
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}

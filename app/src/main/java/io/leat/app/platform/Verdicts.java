package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.Timestamps;
import io.leat.state.RedriveState;
import io.leat.stream.RecordJudge;
import io.leat.stream.StreamPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says what would become of kept records if they were redriven now, by the rules of the gateway and
 * of the processor and by what is in processed. Nothing happens to them. Thread-safe; blocks.
 */
final class Verdicts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordCheck check;
  private final Function<String, @Nullable StreamPlan> plans;

  /**
   * @param plans of the streams as the processor has them now, by {@code blueprint.stream}
   */
  Verdicts(RecordCheck check, Function<String, @Nullable StreamPlan> plans) {
    this.check = check;
    this.plans = plans;
  }

  /**
   * What would become of a record.
   *
   * @param would the state that it would end in
   * @param code why not in processed; null when it would
   * @param detail in words
   * @param stage which part of Leat says so; null when it would be processed
   */
  record Verdict(
      KeptId id,
      RedriveState would,
      @Nullable String code,
      @Nullable String detail,
      @Nullable String stage) {
    ObjectNode json() {
      return JSON.createObjectNode()
          .put("would_be", would.text())
          .put("code", code)
          .put("detail", detail)
          .put("stage", stage);
    }
  }

  /** In the order of the records, whose payloads were read. */
  List<Verdict> of(List<RecordCheck.Wanted> wanted) {
    List<RecordCheck.Checked> checked = check.check(wanted);
    Map<KeptId, RecordCheck.Earlier> earlier = check.earlier(checked);
    Map<String, RecordJudge> judges = new HashMap<>();
    List<Verdict> verdicts = new ArrayList<>();
    for (RecordCheck.Checked one : checked) {
      verdicts.add(verdict(one, earlier.get(one.wanted().record().id()), judges));
    }
    return verdicts;
  }

  private Verdict verdict(
      RecordCheck.Checked one,
      RecordCheck.@Nullable Earlier earlier,
      Map<String, RecordJudge> judges) {
    KeptRecord record = one.wanted().record();
    if (one.refusal() != null) {
      return new Verdict(
          record.id(),
          RedriveState.REFUSED,
          one.refusal().code().code(),
          one.refusal().reason(),
          "gateway");
    }
    if (earlier != null) {
      return new Verdict(
          record.id(),
          earlier.isSame() ? RedriveState.DUPLICATE : RedriveState.CONFLICT,
          earlier.isSame() ? null : ErrorCode.EVENT_ID_CONFLICT.code(),
          "the event is in processed since " + earlier.position(),
          "dedup");
    }
    StreamPlan plan = plans.apply(record.stream());
    if (plan == null) {
      return new Verdict(
          record.id(),
          RedriveState.REFUSED,
          ErrorCode.UNKNOWN_STREAM.code(),
          "There is no stream '" + record.stream() + "' any more",
          "gateway");
    }
    return judges
        .computeIfAbsent(record.stream(), s -> new RecordJudge(plan))
        .judge(one.data(), one.eventMicros(), Timestamps.toMicros(record.received()))
        .map(
            bad ->
                new Verdict(
                    record.id(),
                    RedriveState.QUARANTINED,
                    bad.code().code(),
                    bad.reason(),
                    bad.stage()))
        .orElseGet(() -> new Verdict(record.id(), RedriveState.PROCESSED, null, null, null));
  }
}

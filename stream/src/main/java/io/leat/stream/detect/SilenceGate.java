package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.detect.KeyedDetector;
import io.leat.rules.detect.StreamSilence;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Sees all keys of silence detectors together, in one task, and lets their alerts pass, unless the
 * stream, or all of theirs together, is silent as a whole: {@link StreamSilence}.
 */
final class SilenceGate extends AbstractStreamOperator<Said>
    implements TwoInputStreamOperator<Sign, Long, Said> {
  private static final long serialVersionUID = 1L;

  private final AlertOrigin origin;
  private final ArrayList<DetectPlan.Versioned> detectors;
  private final int clocks;
  private final int tasks;
  private transient Machine machine;
  private transient Generations generations;
  private transient ListState<Tuple2<String, byte[]>> memories;
  private transient ListState<Sign> waiting;

  /**
   * @param detectors silence detectors of the same streams
   * @param clocks how many tasks the streams' clocks have
   * @param tasks how many tasks judge the keys
   */
  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
  SilenceGate(AlertOrigin origin, List<DetectPlan.Versioned> detectors, int clocks, int tasks) {
    this.origin = origin;
    this.detectors = new ArrayList<>(detectors);
    this.clocks = clocks;
    this.tasks = tasks;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    memories =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "silences",
                    Types.TUPLE(
                        Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)));
    waiting =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("waiting", TypeInformation.of(Sign.class)));
    generations = Generations.open(context.getOperatorStateStore(), InstantSource.system());
    machine = new Machine();
    waiting.get().forEach(machine::accept);
    for (Tuple2<String, byte[]> one : memories.get()) {
      StreamSilence silence = machine.silences.get(one.f0);
      if (silence != null) {
        silence.restore(one.f1);
      }
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    generations.snapshot();
    List<Tuple2<String, byte[]>> all = new ArrayList<>();
    machine.silences.forEach((name, silence) -> all.add(Tuple2.of(name, silence.snapshot())));
    memories.update(all);
    waiting.update(machine.waiting.values().stream().flatMap(List::stream).toList());
  }

  @Override
  public void processElement1(StreamRecord<Sign> element) {
    machine.accept(element.getValue());
  }

  @Override
  public void processElement2(StreamRecord<Long> element) {
    if (machine.catchingUp.hear(element.getValue())) {
      machine.tellFiring();
    }
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    machine.reached(mark.getTimestamp());
    processWatermark(mark);
  }

  @Override
  public void processWatermark2(Watermark mark) {}

  /** What exists only while the operator runs. */
  private final class Machine {
    private final InstantSource clock = InstantSource.system();
    private final CatchingUp catchingUp = new CatchingUp(clocks);
    private final Map<String, StreamSilence> silences = new LinkedHashMap<>();

    /** Signs by their time, which all tasks have yet to reach: one may be ahead of the others. */
    private final NavigableMap<Long, List<Sign>> waiting = new TreeMap<>();

    private long reached = Long.MIN_VALUE;

    Machine() {
      for (DetectPlan.Versioned one : detectors) {
        Speaker speaker = new Speaker(origin, one, generations::present, clock);
        silences.put(
            one.spec().name(),
            new StreamSilence(origin.blueprint(), one.spec(), new Passed(speaker)));
      }
    }

    void accept(Sign sign) {
      waiting.computeIfAbsent(sign.at, at -> new ArrayList<>()).add(sign);
    }

    private void judge(Sign sign) {
      StreamSilence silence = silences.get(sign.detector);
      if (silence == null) {
        return;
      }
      if (sign.presence != null) {
        silence.presence(sign.key, KeyedDetector.Presence.valueOf(sign.presence));
      } else if (sign.alert != null) {
        Alert alert = AlertJson.decodeAlert(sign.alert);
        generations.follow(alert.generation());
        silence.alert(
            alert.id(),
            alert.state(),
            alert.key(),
            Timestamps.toMicros(alert.startedAt()),
            Timestamps.toMicros(alert.at()),
            alert.values(),
            alert.evidence());
      }
    }

    void reached(long now) {
      if (now == Watermark.MAX_WATERMARK.getTimestamp()) {
        return;
      }
      while (!waiting.isEmpty() && waiting.firstKey() <= now) {
        Map.Entry<Long, List<Sign>> first = Objects.requireNonNull(waiting.pollFirstEntry());
        first.getValue().forEach(this::judge);
        long at = Math.max(reached, first.getKey());
        silences.values().forEach(silence -> silence.onTime(at));
      }
      reached = now;
      silences.values().forEach(silence -> silence.onTime(now));
      if (catchingUp.reach(now)) {
        tellFiring();
      }
    }

    void tellFiring() {
      silences.forEach(
          (name, silence) ->
              FiringSets.tell(
                  origin.blueprint(),
                  name,
                  tasks,
                  tasks + 1,
                  generations.present(),
                  silence.firing(),
                  clock.instant(),
                  said -> output.collect(new StreamRecord<>(said))));
    }
  }

  /** What may leave. */
  private final class Passed implements KeyedDetector.Output {
    private final Speaker speaker;

    Passed(Speaker speaker) {
      this.speaker = speaker;
    }

    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      Alert alert = speaker.alert(id, state, key, startedAt, at, values, evidence);
      output.collect(new StreamRecord<>(Said.of(alert)));
    }

    @Override
    public void late() {}
  }
}

package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.Detectors;
import io.leat.rules.detect.KeyedDetector;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Asks all detectors of a stream, or one of several streams, about each event of a key, and about
 * the passing of accepting time. A key has one alarm, for the detector that wants to be woken
 * first; when it rings too early, since events came meanwhile, it is set again, so that an event
 * costs none.
 */
final class DetectOperator<T> extends AbstractStreamOperator<Said>
    implements TwoInputStreamOperator<T, Long, Said> {
  private static final long serialVersionUID = 1L;

  /** What silence detectors see, for the {@link SilenceGate}. */
  static final OutputTag<Sign> SIGNS = new OutputTag<>("signs", TypeInformation.of(Sign.class));

  private final AlertOrigin origin;
  private final ArrayList<DetectPlan.Versioned> versioned;
  private final EventReading<T> reading;
  private final int clocks;
  private transient Machine machine;

  private transient Memories memories;
  private transient Generations generations;

  /**
   * @param detectors that this operator asks
   * @param reading how they see an event
   * @param clocks how many tasks the clocks of their streams have
   */
  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() and open() first.
  DetectOperator(
      AlertOrigin origin,
      List<DetectPlan.Versioned> detectors,
      EventReading<T> reading,
      int clocks) {
    this.origin = origin;
    this.versioned = new ArrayList<>(detectors);
    this.reading = reading;
    this.clocks = clocks;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    generations = Generations.open(context.getOperatorStateStore(), InstantSource.system());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    generations.snapshot();
  }

  @Override
  public void open() throws Exception {
    super.open();
    memories =
        new Memories(
            getRuntimeContext().getState(state()),
            getKeyedStateBackend() instanceof HeapKeyedStateBackend,
            versioned.stream().map(one -> one.spec().name()).toList());
    machine = new Machine();
    machine.setAlarms();
  }

  private static ValueStateDescriptor<byte[]> state() {
    return new ValueStateDescriptor<>(
        "memories", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  @Override
  public void processElement1(StreamRecord<T> element) throws Exception {
    memories.begin();
    machine.accept(element.getValue(), element.getTimestamp());
    memories.end();
  }

  /** A stream's clock says that it has read again what was logged before the restore. */
  @Override
  public void processElement2(StreamRecord<Long> element) throws Exception {
    if (machine.catchingUp.hear(element.getValue())) {
      machine.tellFiring();
    }
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    machine.letPass(mark.getTimestamp());
    processWatermark(mark);
    machine.reached(mark.getTimestamp());
  }

  /** Only the events' time counts. */
  @Override
  public void processWatermark2(Watermark mark) {}

  /** What exists only while the operator runs. */
  private final class Machine {
    private final InstantSource clock = InstantSource.system();
    private final long generation = generations.present();
    private final EventReading.Reader<T> reader = reading.open();
    private final Map<String, Asked> detectors = new LinkedHashMap<>();
    private final CatchingUp catchingUp = new CatchingUp(clocks);
    private final Alarms alarms = new Alarms();

    /** Accepting time of what is judged. */
    private long now;

    Machine() {
      for (DetectPlan.Versioned one : versioned) {
        detectors.put(one.spec().name(), new Asked(one));
      }
    }

    void accept(T value, long timestamp) throws Exception {
      KeyedDetector.Observation event = reader.read(value, timestamp);
      now = event.clock();
      long first = KeyedDetector.NEVER;
      for (Map.Entry<String, Asked> one : detectors.entrySet()) {
        Asked asked = one.getValue();
        byte[] memory = memories.get(one.getKey());
        byte[] next = asked.detector.onEvent(memory, event, asked);
        first = Math.min(first, keep(one.getKey(), asked, next));
      }
      Long set = memories.alarm();
      if (first != KeyedDetector.NEVER && (set == null || first < set)) {
        set(event.key(), first);
      }
    }

    /** All alarms that are remembered, anew. */
    void setAlarms() throws Exception {
      alarms.clear();
      applyToAllKeys(
          key -> {
            Long alarm = memories.alarm();
            if (alarm != null) {
              alarms.set(key, alarm);
            }
          });
      alarms.counted();
    }

    void letPass(long accepting) throws Exception {
      if (accepting == Watermark.MAX_WATERMARK.getTimestamp()) {
        return;
      }
      alarms.advance(accepting, this::ring);
      if (alarms.isStale()) {
        setAlarms();
      }
    }

    private void ring(String key, long time) throws Exception {
      setCurrentKey(key);
      memories.begin();
      Long set = memories.alarm();
      if (set != null && set == time) {
        wake(key, time);
        memories.end();
      }
    }

    private void wake(String key, long time) throws Exception {
      memories.clearAlarm();
      now = time;
      long first = KeyedDetector.NEVER;
      for (Map.Entry<String, Asked> one : detectors.entrySet()) {
        Asked asked = one.getValue();
        byte[] memory = memories.get(one.getKey());
        if (memory == null) {
          continue;
        }
        byte[] next = memory;
        if (asked.detector.wakeAt(memory) <= time) {
          next = asked.detector.onTime(key, memory, time, asked);
        }
        first = Math.min(first, keep(one.getKey(), asked, next));
      }
      if (first != KeyedDetector.NEVER) {
        set(key, first);
      }
    }

    /** Returns when the detector wants to be woken. */
    private long keep(String name, Asked asked, byte @Nullable [] memory) {
      memories.put(name, memory);
      return memory == null ? KeyedDetector.NEVER : asked.detector.wakeAt(memory);
    }

    private void set(String key, long at) {
      alarms.set(key, at);
      memories.alarm(at);
    }

    void reached(long accepting) throws Exception {
      if (catchingUp.reach(accepting)) {
        tellFiring();
      }
    }

    private void tellFiring() throws Exception {
      Map<String, List<String>> firing = new LinkedHashMap<>();
      detectors.keySet().forEach(name -> firing.put(name, new ArrayList<>()));
      forEachKey(
          (key, name, memory) -> {
            Asked asked = detectors.get(name);
            List<String> alerts = firing.get(name);
            if (asked != null && alerts != null) {
              alerts.addAll(asked.detector.firing(key, memory));
            }
          });
      firing.forEach(this::tell);
    }

    @FunctionalInterface
    private interface Memory {
      void of(String key, String detector, byte[] memory);
    }

    private void forEachKey(Memory each) throws Exception {
      applyToAllKeys(
          key -> {
            for (String name : detectors.keySet()) {
              byte[] memory = memories.get(name);
              if (memory != null) {
                each.of(key, name, memory);
              }
            }
          });
    }

    /** With what is remembered of each, to be looked at. */
    private void applyToAllKeys(Consumer<String> each) throws Exception {
      KeyedStateBackend<String> backend = getKeyedStateBackend();
      backend.applyToAllKeys(
          VoidNamespace.INSTANCE,
          VoidNamespaceSerializer.INSTANCE,
          state(),
          (key, value) -> {
            memories.read(value.value());
            each.accept(key);
          });
    }

    private void tell(String detector, List<String> alerts) {
      var task = getRuntimeContext().getTaskInfo();
      boolean hasGate = detectors.containsKey(detector) && detectors.get(detector).isSilence;
      FiringSets.tell(
          origin.blueprint(),
          detector,
          task.getIndexOfThisSubtask(),
          task.getNumberOfParallelSubtasks() + (hasGate ? 1 : 0),
          generation,
          alerts,
          clock.instant(),
          said -> output.collect(new StreamRecord<>(said)));
    }

    /** A detector, and what becomes of what it finds. */
    private final class Asked implements KeyedDetector.Output {
      private final String name;
      private final boolean isSilence;
      private final Speaker speaker;
      private final KeyedDetector detector;
      private final Counter late;

      Asked(DetectPlan.Versioned versioned) {
        this.name = versioned.spec().name();
        this.isSilence = DetectPlan.isSilence(versioned);
        this.speaker = new Speaker(origin, versioned, () -> generation, clock);
        this.detector = Detectors.of(origin.blueprint(), versioned.spec(), reading.columns());
        this.late = getMetricGroup().addGroup("detector", name).counter("late");
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
        if (isSilence) {
          output.collect(SIGNS, new StreamRecord<>(Sign.of(alert, now)));
        } else {
          output.collect(new StreamRecord<>(Said.of(alert)));
        }
      }

      @Override
      public void presence(String key, KeyedDetector.Presence presence) {
        output.collect(SIGNS, new StreamRecord<>(Sign.of(name, key, presence, now)));
      }

      @Override
      public void late() {
        late.inc();
      }
    }
  }
}

package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.DetectorKind;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.Detectors;
import io.leat.rules.detect.KeyedDetector;
import io.leat.rules.detect.StreamSilence;
import io.leat.stream.CleanRow;
import io.leat.stream.StreamPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history by one detector, without a job: what {@link DetectOperator} and {@link
 * SilenceGate} would have said, had the detector begun with the history and the markers come once a
 * second. Accepting time is told from the receipts ({@link ReceiptClock}). Owned by one thread.
 */
public final class DetectReplay {
  private static final String VERSION = "backtest";

  private final Map<String, Read> reads = new HashMap<>();
  private final Map<String, Memory> memories = new HashMap<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparing(Alarm::key));
  private final KeyedDetector detector;
  private final boolean isPerKey;
  private final @Nullable StreamSilence silence;
  private final KeyedDetector.Output output;
  private final ReceiptClock clock;
  private final Speaker speaker;
  private final Consumer<Alert> alerts;
  private long bytes;
  private long late;

  /** How the rows of a stream are read. */
  private record Read(StreamPlan plan, CleanRow row) {}

  /** A key is to be looked at. */
  private record Alarm(long at, String key) {}

  /** What is remembered of a key, and when it is to be looked at next. */
  private static final class Memory {
    private byte[] state = {};
    private long alarm = KeyedDetector.NEVER;
  }

  /**
   * @param spec the detector
   * @param plans of the streams that it reads, those of the blueprint's that it names
   * @param absence nothing of the blueprint was received for longer than this: Leat was away
   * @param alerts takes what it says; its {@code detectedAt} is the time of the history
   * @throws IllegalArgumentException if it cannot be judged so, saying why
   */
  public DetectReplay(
      String blueprint,
      DetectorSpec spec,
      List<StreamPlan> plans,
      Duration absence,
      Consumer<Alert> alerts) {
    this.alerts = alerts;
    plans.forEach(plan -> reads.put(plan.stream(), new Read(plan, new CleanRow(plan))));
    Read first = reads.get(spec.streams().get(0));
    if (first == null) {
      throw new IllegalArgumentException("no plan of " + spec.streams().get(0));
    }
    DetectPlan.Versioned versioned = new DetectPlan.Versioned(spec, VERSION);
    TreeMap<String, String> topics = new TreeMap<>();
    plans.forEach(plan -> topics.put(plan.topic(), plan.stream()));
    DetectPlan plan = new DetectPlan(blueprint, VERSION, first.plan(), List.of(versioned));
    this.detector = Detectors.of(blueprint, spec, CleanRow.columns(first.plan()));
    this.isPerKey = !(spec.kind() instanceof DetectorKind.Rate rate) || rate.isPerKey();
    this.clock = new ReceiptClock(absence, DetectPlan.grace(List.of(plan)), this::reached);
    this.speaker =
        new Speaker(new AlertOrigin(blueprint, VERSION, topics), versioned, () -> 0, this::time);
    Passed passed = new Passed();
    this.silence =
        DetectPlan.isSilence(versioned) ? new StreamSilence(blueprint, spec, passed) : null;
    this.output = silence == null ? passed : silence;
  }

  private Instant time() {
    return Instant.ofEpochMilli(clock.at());
  }

  /** How many keys it remembers. */
  public int keys() {
    return memories.size();
  }

  /** Bytes of what it remembers of them. */
  public long bytes() {
    return bytes;
  }

  /** How many events came too late to be on time. */
  public long late() {
    return late;
  }

  /** For how long nothing was received although something should have been. */
  public Duration absent() {
    return Duration.ofMillis(clock.absent());
  }

  /**
   * Something of the blueprint was received, in the order of its receipt.
   *
   * @param millis since the epoch
   */
  public void received(long millis) {
    clock.received(millis);
  }

  /**
   * Judges an event; those of a partition come in the order of their offsets, none twice.
   *
   * @param row of {@link io.leat.stream.RawReplay#processed}
   */
  public void event(String stream, RowData row) {
    Read read = reads.get(stream);
    if (read == null) {
      throw new IllegalArgumentException("no plan of " + stream);
    }
    CleanRow clean = read.row().at(row);
    long received = clean.received();
    clock.received(received / 1_000);
    String key = isPerKey ? clean.key() : "";
    KeyedDetector.Observation event =
        new KeyedDetector.Observation(
            stream, key, clean.position(), clean.time(), received, clock.now(), clean);
    Memory memory = memories.get(key);
    keep(key, memory, detector.onEvent(memory == null ? null : memory.state, event, output));
  }

  /**
   * The history ends.
   *
   * @param millis since the epoch
   */
  public void end(long millis) {
    clock.end(millis);
  }

  private void reached(long accepting, long at) {
    for (Alarm next = alarms.peek(); next != null && next.at() <= accepting; next = alarms.peek()) {
      alarms.remove();
      wake(next);
    }
    if (silence != null) {
      silence.onTime(accepting);
    }
  }

  private void wake(Alarm alarm) {
    Memory memory = memories.get(alarm.key());
    if (memory == null || memory.alarm != alarm.at()) {
      return; // it has another one
    }
    memory.alarm = KeyedDetector.NEVER;
    byte[] state = memory.state;
    boolean isDue = detector.wakeAt(state) <= alarm.at();
    keep(
        alarm.key(),
        memory,
        isDue ? detector.onTime(alarm.key(), state, alarm.at(), output) : state);
  }

  private void keep(String key, @Nullable Memory before, byte @Nullable [] state) {
    bytes -= before == null ? 0 : before.state.length;
    if (state == null) {
      memories.remove(key);
      return;
    }
    Memory memory = before == null ? new Memory() : before;
    if (before == null) {
      memories.put(key, memory);
    }
    memory.state = state;
    bytes += state.length;
    long wake = detector.wakeAt(state);
    if (wake < memory.alarm) {
      memory.alarm = wake;
      alarms.add(new Alarm(wake, key));
    }
  }

  /** What may leave. */
  private final class Passed implements KeyedDetector.Output {
    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      alerts.accept(speaker.alert(id, state, key, startedAt, at, values, evidence));
    }

    @Override
    public void late() {
      late++;
    }
  }
}

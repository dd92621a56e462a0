package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges by a {@link DetectorKind.Silence}. The last event of a key is the one that was received
 * last, so that it does not matter in which order those of several streams are read; an event
 * behind it in its own partition is newer in any case. That is told by accepting time, and by the
 * gateways' clocks only while it stands still: these may be set back. With several streams an event
 * shows nothing of the passing of time: its stream may be ahead of the others.
 *
 * <p>Remembers 30 bytes of a key and the name of a topic. Tells {@link Output#presence} besides,
 * for {@link StreamSilence}.
 */
final class SilenceDetector implements KeyedDetector {
  static final int KIND = 1;
  private static final int VERSION = 1;
  private static final int QUIET = 1;
  private static final int FIRING = 2;

  private final String blueprint;
  private final DetectorSpec spec;
  private final long after;

  /** Whether no other stream's clock may be behind that of an event. */
  private final boolean isAlone;

  private final StateReader reader = new StateReader();
  private final StateWriter writer = new StateWriter();

  private int flags;

  /** Accepting time at the last event, milliseconds. */
  private long clock;

  /** When the last event was received, microseconds. */
  private long received;

  private LogPosition last = new LogPosition(1, "", 0, 0);

  SilenceDetector(String blueprint, DetectorSpec spec, DetectorKind.Silence silence) {
    this.blueprint = blueprint;
    this.spec = spec;
    this.after = silence.after().toMillis();
    this.isAlone = silence.streams().size() == 1;
  }

  @Override
  public DetectorSpec spec() {
    return spec;
  }

  @Override
  public byte @Nullable [] onEvent(byte @Nullable [] state, Observation event, Output output) {
    boolean isKnown = load(state);
    if (isKnown) {
      if (!isNews(event)) {
        return state;
      }
      isKnown = isAlone ? pass(event.key(), event.clock(), output) : true;
    }
    if (!isKnown) {
      output.presence(event.key(), Presence.KNOWN);
    } else if (is(FIRING)) {
      alert(Alert.State.RESOLVED, event.key(), event.received(), event.position(), output);
    }
    if (is(QUIET)) {
      output.presence(event.key(), Presence.HEARD);
    }
    boolean isLater = !isKnown || event.clock() > clock;
    received = isLater ? event.received() : Math.max(received, event.received());
    clock = isKnown && !isAlone ? Math.max(clock, event.clock()) : event.clock();
    last = event.position();
    flags = 0;
    return save();
  }

  private boolean isNews(Observation event) {
    LogPosition position = event.position();
    if (position.partition() == last.partition() && position.topic().equals(last.topic())) {
      return position.compareTo(last) > 0;
    }
    if (event.clock() != clock) {
      return event.clock() > clock;
    }
    return event.received() > received
        || (event.received() == received && position.compareTo(last) > 0);
  }

  @Override
  public byte @Nullable [] onTime(String key, byte[] state, long now, Output output) {
    if (!load(state)) {
      return null;
    }
    int before = flags;
    if (!pass(key, now, output)) {
      return null;
    }
    return flags == before ? state : save();
  }

  /** Tells what the passing of time shows; false when the key is forgotten. */
  private boolean pass(String key, long now, Output output) {
    if (!is(QUIET) && now >= quietAt()) {
      flags |= QUIET;
      output.presence(key, Presence.QUIET);
    }
    if (!is(FIRING) && now >= clock + after) {
      flags |= FIRING;
      alert(Alert.State.FIRING, key, received + after * 1_000, null, output);
    }
    if (now < forgetAt()) {
      return true;
    }
    if (is(FIRING)) {
      long at = received + FORGET_AFTER.toMillis() * 1_000;
      output.alert(id(key), Alert.State.RESOLVED, key, received, at, FORGOTTEN, List.of(last));
    }
    output.presence(key, Presence.FORGOTTEN);
    flags = 0;
    return false;
  }

  private long quietAt() {
    return clock + after / 2;
  }

  private long forgetAt() {
    return clock + Math.max(FORGET_AFTER.toMillis(), after);
  }

  @Override
  public long wakeAt(byte[] state) {
    if (!load(state)) {
      return NEVER;
    }
    if (is(FIRING)) {
      return forgetAt();
    }
    return is(QUIET) ? clock + after : quietAt();
  }

  @Override
  public List<String> firing(String key, byte[] state) {
    return load(state) && is(FIRING) ? List.of(id(key)) : List.of();
  }

  private boolean is(int flag) {
    return (flags & flag) != 0;
  }

  private String id(String key) {
    return AlertId.of(blueprint, spec.name(), key, last);
  }

  private void alert(
      Alert.State state, String key, long at, @Nullable LogPosition ending, Output output) {
    List<LogPosition> evidence = ending == null ? List.of(last) : List.of(last, ending);
    output.alert(
        id(key), state, key, received, Math.max(at, received), values(received, after), evidence);
  }

  /** What a silent key's alert tells: when it was last seen, microseconds, and the bound. */
  static Map<String, Object> values(long received, long after) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DetectorKind.LAST_SEEN, Instant.EPOCH.plus(received, ChronoUnit.MICROS).toString());
    values.put(DetectorKind.AFTER, Duration.ofMillis(after).toString());
    return values;
  }

  private boolean load(byte @Nullable [] state) {
    flags = 0;
    if (state == null || !reader.begin(state, KIND, VERSION)) {
      return false;
    }
    flags = reader.take();
    clock = reader.number();
    received = reader.number();
    String topic = reader.text();
    int partition = reader.count();
    int epoch = reader.count();
    last = new LogPosition(epoch, topic, partition, reader.number());
    return true;
  }

  private byte[] save() {
    writer.begin(KIND, VERSION);
    writer.put(flags);
    writer.number(clock);
    writer.number(received);
    writer.text(last.topic());
    writer.number(last.partition());
    writer.number(last.epoch());
    writer.number(last.offset());
    return writer.bytes();
  }
}

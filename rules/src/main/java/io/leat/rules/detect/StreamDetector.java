package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the detectors of one stream have in common: an event is judged once, on time or late, by its
 * own time but no later than when it was received; a key that sends nothing any more is forgotten,
 * and what was firing is over.
 *
 * <p>While a call lasts, the fields are what is remembered of its key. Before an event, what the
 * passing of time shows up to it is judged: so it is the same however late the caller's timers are.
 */
abstract class StreamDetector implements KeyedDetector {
  private static final int EPISODE = 1;

  /** A key's event time may run ahead of accepting time by this without an absence of Leat. */
  private static final Duration LEAST_TOLERANCE = Duration.ofSeconds(5);

  private final DetectorSpec spec;
  private final String blueprint;
  private final String topic;
  private final int kind;
  private final int version;
  private final long lateness;
  private final long tolerance;
  private final StateReader reader = new StateReader();
  private final StateWriter writer = new StateWriter();

  final Progress progress = new Progress();
  private @Nullable Episode episode;

  StreamDetector(String blueprint, DetectorSpec spec, int kind, int version) {
    this.blueprint = blueprint;
    this.spec = spec;
    this.topic = blueprint + "." + spec.streams().get(0);
    this.kind = kind;
    this.version = version;
    this.lateness = micros(spec.lateness());
    this.tolerance = Math.max(lateness, micros(LEAST_TOLERANCE));
  }

  /** Forgets all of the key. */
  abstract void clear();

  abstract void read(StateReader in);

  abstract void write(StateWriter out);

  /**
   * Judges an event, whose time may be anything up to the newest.
   *
   * @param time its own, at most its time of receipt, microseconds
   */
  abstract void judge(Observation event, long time, Output output);

  /** When the passing of accepting time shows something, milliseconds; {@link #NEVER}. */
  abstract long due();

  /**
   * Accepting time has reached {@link #due}.
   *
   * @param clock milliseconds
   */
  abstract void pass(String key, long clock, Output output);

  /**
   * The key's time went ahead of accepting time: Leat was away between both, and what the key sent
   * then was not accepted. Microseconds.
   */
  void wasAway(long from, long to) {}

  @Override
  public final DetectorSpec spec() {
    return spec;
  }

  @Override
  public final byte @Nullable [] onEvent(
      byte @Nullable [] state, Observation event, Output output) {
    load(state);
    if (progress.isJudged(event.position())) {
      return state;
    }
    if (!progress.isEmpty()) {
      passTime(event.key(), event.clock(), output);
    }
    progress.judged(event.position(), event.clock());
    long time = Math.min(event.time(), event.received());
    if (!progress.isEmpty() && time < progress.newest() - lateness) {
      output.late();
      if (spec.late() == DetectorSpec.Late.COUNT) {
        return save();
      }
    }
    if (progress.ahead(time, event.clock()) > tolerance) {
      wasAway(progress.newest(), time);
    }
    progress.advance(time, event.clock());
    judge(event, time, output);
    return save();
  }

  @Override
  public final byte @Nullable [] onTime(String key, byte[] state, long clock, Output output) {
    load(state);
    if (progress.isEmpty()) {
      return null;
    }
    if (clock < wake()) {
      return state;
    }
    passTime(key, clock, output);
    return progress.isEmpty() ? null : save();
  }

  @Override
  public final long wakeAt(byte[] state) {
    load(state);
    return progress.isEmpty() ? NEVER : wake();
  }

  @Override
  public final List<String> firing(String key, byte[] state) {
    load(state);
    return episode == null ? List.of() : List.of(id(key, episode));
  }

  private long wake() {
    return Math.min(due(), forgetAt());
  }

  private long forgetAt() {
    return progress.clock() + FORGET_AFTER.toMillis();
  }

  private void passTime(String key, long clock, Output output) {
    boolean forget = clock >= forgetAt();
    if (clock >= due()) {
      pass(key, forget ? forgetAt() : clock, output);
    }
    if (forget) {
      if (episode != null) {
        resolve(key, progress.timeAt(forgetAt()), FORGOTTEN, List.of(last()), output);
      }
      reset();
    }
  }

  final boolean isFiring() {
    return episode != null;
  }

  /** When the episode that goes on began, microseconds. */
  final long startedAt() {
    return episode == null ? Long.MIN_VALUE : episode.startedAt();
  }

  /** Where the event stands that was judged last. */
  final LogPosition last() {
    return progress.position(topic);
  }

  final String topic() {
    return topic;
  }

  /** The evidence with the event that decided, which may not be among the newest. */
  static List<LogPosition> with(LogPosition decisive, List<LogPosition> evidence) {
    if (evidence.contains(decisive)) {
      return evidence;
    }
    int spare = Math.max(0, evidence.size() + 1 - Alert.MOST_EVIDENCE);
    List<LogPosition> positions = new ArrayList<>(evidence.subList(spare, evidence.size()));
    positions.add(decisive);
    return positions;
  }

  /** An episode begins. */
  final void fire(
      String key,
      LogPosition start,
      long startedAt,
      long at,
      Map<String, Object> values,
      List<LogPosition> evidence,
      Output output) {
    episode = new Episode(start, startedAt);
    output.alert(id(key, episode), Alert.State.FIRING, key, startedAt, at, values, evidence);
  }

  /** The episode is over; its beginning is put in front of the evidence. */
  final void resolve(
      String key, long at, Map<String, Object> values, List<LogPosition> evidence, Output output) {
    Episode over = episode;
    if (over == null) {
      return;
    }
    episode = null;
    List<LogPosition> positions = new ArrayList<>(List.of(over.start()));
    evidence.stream().filter(p -> !p.equals(over.start())).forEach(positions::add);
    output.alert(
        id(key, over),
        Alert.State.RESOLVED,
        key,
        over.startedAt(),
        Math.max(at, over.startedAt()),
        values,
        positions);
  }

  private String id(String key, Episode of) {
    return AlertId.of(blueprint, spec.name(), key, of.start());
  }

  private void reset() {
    progress.clear();
    episode = null;
    clear();
  }

  private void load(byte @Nullable [] state) {
    reset();
    if (state == null || !reader.begin(state, kind, version)) {
      return;
    }
    int flags = reader.take();
    if (reader.fixed() != topic.hashCode()) {
      return;
    }
    progress.read(reader);
    if ((flags & EPISODE) != 0) {
      episode = Episode.read(reader);
    }
    read(reader);
  }

  private byte[] save() {
    writer.begin(kind, version);
    writer.put(episode == null ? 0 : EPISODE);
    writer.fixed(topic.hashCode());
    progress.write(writer);
    if (episode != null) {
      episode.write(writer);
    }
    write(writer);
    return writer.bytes();
  }

  static long micros(Duration duration) {
    return duration.getSeconds() * 1_000_000 + duration.getNano() / 1_000;
  }
}

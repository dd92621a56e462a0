package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the silence detectors of all keys and lets their alerts pass, unless most keys are
 * silent at once: that is one alert about the stream, with an empty key, and the keys' own are held
 * back. There is one for each detector, however many tasks judge its keys.
 *
 * <p><b>Most</b> is at least half of the known keys when they are {@value #LEAST} or more, all when
 * they are from two to fewer. Keys whose own alert passed are not counted.
 *
 * <p>Each key says when it was quiet for half of {@code after}. When a key is silent:
 *
 * <ul>
 *   <li>Most are not quiet: its alert passes at once.
 *   <li>Most are quiet: it is held, for half of {@code after} at most, by when all that are quiet
 *       are silent or were heard. If most become silent, that is the stream's alert; if not, what
 *       is still silent passes.
 *   <li>The stream's alert is firing: whoever falls silent within {@code after} of it is held with
 *       the others. Later it is judged as above among those that are not held.
 * </ul>
 *
 * <p>Where entities send at least twice in {@code after}, no healthy one is ever quiet, so a single
 * silent one is told without delay; and when all fall silent at once, all are quiet before the
 * first is silent, so that none slips through.
 *
 * <p>The stream's alert is over when fewer than half of the most that were held are left; those
 * have {@code grace} more to come back, then their own alerts pass.
 *
 * <p>Owned by one thread. Remembers about 200 bytes on the heap for each key that is held, and no
 * other keys.
 */
public final class StreamSilence implements KeyedDetector.Output {
  /** From so many known keys on, half of them are most. */
  public static final int LEAST = 20;

  private static final int KIND = 101;
  private static final int VERSION = 2;
  private static final int WITH_END = 2;
  private static final long NOT_NOW = Long.MAX_VALUE;
  private static final long NEVER = Long.MIN_VALUE;
  private static final String ALL = "";

  private final String blueprint;
  private final DetectorSpec spec;
  private final long after;
  private final long grace;
  private final KeyedDetector.Output output;

  /** A silent key: its last event, when that was received and when it became silent. */
  private record Silent(LogPosition last, long received, long at) {
    static final Comparator<Silent> FIRST =
        Comparator.comparingLong(Silent::received).thenComparing(Silent::last);
  }

  /** Silent since accepting time was told last. */
  private final Map<String, Silent> due = new LinkedHashMap<>();

  private final Map<String, Silent> held = new HashMap<>();
  private long known;
  private long quiet;

  /** Keys whose own alert passed. */
  private long passed;

  private @Nullable Episode episode;
  private long episodeClock;
  private int mostHeld;
  private long doubtUntil = NOT_NOW;
  private long graceUntil = NOT_NOW;
  private long lastReturn;

  /** When the last episode was over. */
  private long overAt = NEVER;

  /**
   * Knows no key yet.
   *
   * @param spec of kind silence
   * @param output takes what passes, and the stream's alerts
   */
  public StreamSilence(String blueprint, DetectorSpec spec, KeyedDetector.Output output) {
    if (!(spec.kind() instanceof DetectorKind.Silence silence)) {
      throw new IllegalArgumentException(spec.name() + " is no silence detector");
    }
    this.blueprint = blueprint;
    this.spec = spec;
    this.after = silence.after().toMillis();
    this.grace = silence.grace().toMillis();
    this.output = output;
  }

  @Override
  public void late() {
    output.late();
  }

  @Override
  public void presence(String key, KeyedDetector.Presence presence) {
    switch (presence) {
      case KNOWN -> known++;
      case QUIET -> quiet++;
      case HEARD -> quiet--;
      case FORGOTTEN -> {
        known--;
        quiet--;
      }
    }
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
    if (state == Alert.State.FIRING) {
      due.put(key, new Silent(evidence.get(0), startedAt, at));
    } else if (due.remove(key) != null || held.remove(key) != null) {
      lastReturn = Math.max(lastReturn, at);
    } else {
      passed--;
      output.alert(id, state, key, startedAt, at, values, evidence);
    }
  }

  /**
   * Accepting time is so far, and all that keys had to say up to it has been told.
   *
   * @param clock milliseconds
   */
  public void onTime(long clock) {
    takeDue(clock);
    if (episode != null) {
      mostHeld = Math.max(mostHeld, held.size());
      if (held.size() * 2 < mostHeld) {
        end();
        overAt = clock;
        graceUntil = clock + grace;
      }
    }
    if (episode == null && !held.isEmpty()) {
      decide(clock);
    }
    if (held.isEmpty()) {
      doubtUntil = NOT_NOW;
      graceUntil = NOT_NOW;
    }
  }

  private void takeDue(long clock) {
    if (due.isEmpty()) {
      return;
    }
    boolean isBeginning = episode != null && clock <= episodeClock + after;
    long aside = passed + (episode == null ? 0 : held.size());
    boolean isInDoubt = isMost(quiet - aside, known - aside);
    if (isBeginning || isInDoubt || graceUntil != NOT_NOW) {
      if (held.isEmpty()) {
        doubtUntil = clock + after / 2;
      }
      held.putAll(due);
    } else {
      due.forEach(this::release);
    }
    due.clear();
  }

  private void decide(long clock) {
    long alive = known - passed;
    boolean isInDoubt = isMost(quiet - passed, alive);
    if (clock >= graceUntil && isInDoubt) {
      graceUntil = NOT_NOW;
      doubtUntil = clock + after / 2;
    }
    if (graceUntil == NOT_NOW && isMost(held.size(), alive)) {
      begin(clock, alive);
    } else if (graceUntil == NOT_NOW ? clock >= doubtUntil || !isInDoubt : clock >= graceUntil) {
      held.entrySet().stream()
          .sorted(Map.Entry.comparingByValue(Silent.FIRST))
          .forEach(e -> release(e.getKey(), e.getValue()));
      held.clear();
    }
  }

  private static boolean isMost(long keys, long of) {
    return of >= LEAST ? keys * 2 >= of : of > 1 && keys == of;
  }

  private void release(String key, Silent silent) {
    passed++;
    output.alert(
        AlertId.of(blueprint, spec.name(), key, silent.last),
        Alert.State.FIRING,
        key,
        silent.received,
        silent.at,
        SilenceDetector.values(silent.received, after),
        List.of(silent.last));
  }

  private void begin(long clock, long alive) {
    List<Silent> silent = held.values().stream().sorted(Silent.FIRST).toList();
    Silent last = silent.get(silent.size() - 1);
    // Those that an episode before this one left silent are no beginning of a new one.
    Silent first = silent.stream().filter(one -> one.at > overAt).findFirst().orElse(last);
    episode = new Episode(first.last, first.received);
    episodeClock = clock;
    mostHeld = held.size();
    doubtUntil = NOT_NOW;
    List<LogPosition> evidence =
        silent.stream().limit(Alert.MOST_EVIDENCE).map(Silent::last).toList();
    tell(episode, Alert.State.FIRING, last.at, values(last.received, alive), evidence);
  }

  private void end() {
    Episode over = episode;
    if (over != null) {
      episode = null;
      Map<String, Object> values = values(lastReturn, known - passed);
      tell(over, Alert.State.RESOLVED, lastReturn, values, List.of(over.start()));
    }
  }

  private Map<String, Object> values(long lastSeen, long alive) {
    Map<String, Object> values = new LinkedHashMap<>(SilenceDetector.values(lastSeen, after));
    values.put("silent", (long) held.size());
    values.put("known", alive);
    return values;
  }

  private void tell(
      Episode of, Alert.State state, long at, Map<String, Object> values, List<LogPosition> seen) {
    String id = AlertId.of(blueprint, spec.name(), ALL, of.start());
    output.alert(id, state, ALL, of.startedAt(), Math.max(at, of.startedAt()), values, seen);
  }

  /** The id of the stream's alert when it is firing. */
  public List<String> firing() {
    return episode == null
        ? List.of()
        : List.of(AlertId.of(blueprint, spec.name(), ALL, episode.start()));
  }

  /** What {@link #restore} needs: 60 bytes and the key for each key that is held. */
  public byte[] snapshot() {
    StateWriter out = new StateWriter().begin(KIND, VERSION);
    out.number(known);
    out.number(quiet);
    out.number(passed);
    out.signed(lastReturn);
    out.number(doubtUntil);
    out.number(graceUntil);
    out.signed(overAt);
    out.put(episode == null ? 0 : 1);
    if (episode != null) {
      episode.write(out);
      out.number(episodeClock);
      out.number(mostHeld);
    }
    write(due, out);
    write(held, out);
    return out.bytes();
  }

  private static void write(Map<String, Silent> keys, StateWriter out) {
    out.number(keys.size());
    keys.forEach(
        (key, silent) -> {
          out.text(key);
          new Episode(silent.last, silent.received).write(out);
          out.signed(silent.at - silent.received);
        });
  }

  /**
   * Goes on from a {@link #snapshot}.
   *
   * @throws IllegalStateException if a newer Leat wrote it, or it is damaged
   */
  public void restore(byte[] snapshot) {
    StateReader in = new StateReader();
    if (!in.begin(snapshot, KIND, VERSION)) {
      throw new IllegalStateException("it is no state of a silent stream");
    }
    known = in.number();
    quiet = in.number();
    passed = in.number();
    lastReturn = in.signed();
    doubtUntil = in.number();
    graceUntil = in.number();
    overAt = in.version() >= WITH_END ? in.signed() : NEVER;
    episode = null;
    if (in.take() == 1) {
      episode = Episode.read(in);
      episodeClock = in.number();
      mostHeld = in.count();
    }
    read(in, due);
    read(in, held);
  }

  private static void read(StateReader in, Map<String, Silent> keys) {
    keys.clear();
    int number = in.count();
    for (int i = 0; i < number; i++) {
      String key = in.text();
      Episode last = Episode.read(in);
      keys.put(key, new Silent(last.start(), last.startedAt(), last.startedAt() + in.signed()));
    }
  }
}

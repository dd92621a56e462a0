package io.leat.rules.detect;

import io.leat.event.LogPosition;
import io.leat.rules.Condition;
import io.leat.rules.alert.Alert;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the events of each key by one {@link DetectorSpec}. It has no memory of its own: what it
 * must remember of a key is bytes, which the caller keeps and gives back, also to a detector of a
 * later definition or a later Leat. Owned by one thread.
 *
 * <p>The same events in the same order with the same clock make the same alerts, however often the
 * state was given to another detector in between, and however late the caller's timers are: what
 * time shows is judged before the next event. Only of several streams, where an event's clock may
 * be ahead of another stream's, timers must ring in time, and an episode that was over before all
 * streams were read so far may go untold. An event whose position has been judged, or one behind
 * it, changes nothing. Two positions with the same event are two events: whoever calls leaves out
 * what clients sent twice.
 *
 * <p>A changed definition finds the state of the one before: an episode that goes on goes on until
 * the new definition says that it is over, and what was counted counts as far as it still means the
 * same. A state of another kind, or of another stream, says nothing and is dropped; what was firing
 * is then in no {@link io.leat.rules.alert.FiringSet} any more.
 *
 * <p>A key that sent nothing for {@link #FORGET_AFTER} is forgotten. If it is firing then, that is
 * over, with {@link #FORGOTTEN} as its values: no alarm stays for ever because its machine was
 * scrapped.
 */
public interface KeyedDetector {
  /** Time that never comes. */
  long NEVER = Long.MAX_VALUE;

  /** For so much accepting time a key is remembered that sends nothing. */
  Duration FORGET_AFTER = Duration.ofDays(90);

  /** Values of an alert that is over because its key was forgotten. */
  Map<String, Object> FORGOTTEN = Map.of("reason", "forgotten");

  /** What it judges by. */
  DetectorSpec spec();

  /**
   * Judges an event of the key. Events of a key come in the order of the log; those of several
   * streams in any order between the streams.
   *
   * @param state what was remembered of the key; null when nothing was
   * @return what to remember; null for nothing
   */
  byte @Nullable [] onEvent(byte @Nullable [] state, Observation event, Output output);

  /**
   * Accepting time has passed. Before {@link #wakeAt} it changes nothing.
   *
   * @param clock accepting time in milliseconds; of several streams, that of the one furthest
   *     behind
   * @return what to remember; null for nothing
   */
  byte @Nullable [] onTime(String key, byte[] state, long clock, Output output);

  /**
   * When to call {@link #onTime}, in accepting time, milliseconds; {@link #NEVER} when not at all.
   * Nearly every event makes it later, so a caller need not move its timer: when that rings too
   * early, it asks again. Only when an event made it earlier, as one that ends an episode may, it
   * needs another timer; one too many does no harm.
   */
  long wakeAt(byte[] state);

  /** The ids of the key's alerts that are firing. */
  List<String> firing(String key, byte[] state);

  /**
   * An event, as detectors see it.
   *
   * @param stream its stream, without the blueprint's name
   * @param key its entity; empty for a detector that looks at all together
   * @param position where it stands in the log
   * @param time its own time, microseconds since the epoch
   * @param received when the gateway accepted it, microseconds since the epoch
   * @param clock accepting time of its stream when it is judged, milliseconds; the same when the
   *     log is read again. Detectors take differences of it alone, so it must not jump over times
   *     when no gateway accepted, and must be known: an event cannot be judged before
   * @param row its columns, in the order of the stream's; only valid during the call
   */
  record Observation(
      String stream,
      String key,
      LogPosition position,
      long time,
      long received,
      long clock,
      Condition.Row row) {
    public Observation {
      if (clock < 0) {
        throw new IllegalArgumentException("accepting time is not known: " + clock);
      }
    }
  }

  /** Takes what is found. */
  interface Output {
    /**
     * An episode of the key began or ended.
     *
     * @param id of the episode
     * @param startedAt microseconds since the epoch, by the events' own time
     * @param at the same of this state
     * @param values what was measured
     * @param evidence at most {@link Alert#MOST_EVIDENCE} positions; when it is over, the one that
     *     the id is made of first
     */
    void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence);

    /** An event came too late to be on time. */
    void late();

    /** A silence detector sees that a key is there, or that it is not; {@link StreamSilence}. */
    default void presence(String key, Presence presence) {}
  }

  /** What a silence detector sees of a key besides its alerts. */
  enum Presence {
    /** It sent an event, and was not known. */
    KNOWN,
    /** It sent nothing for half of the time after which it is silent. */
    QUIET,
    /** It sent an event, and was quiet. When it was silent, that is over before. */
    HEARD,
    /** It is not known any more. It was quiet; when it was silent, that is over before. */
    FORGOTTEN
  }
}

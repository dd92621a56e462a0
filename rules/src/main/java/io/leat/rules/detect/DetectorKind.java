package io.leat.rules.detect;

import io.leat.rules.Condition;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a detector looks for, per entity key unless it says otherwise. "Accepting time" is the clock
 * of the gateways: it stands still while none of them accepts, so that Leat's own absence is never
 * taken for an entity's.
 *
 * <p>For all kinds but silence: an event's own time counts at most as its time of receipt, so that
 * no time in the future blocks a key. Events of the same time are in the order of the log. Where
 * accepting time has to show what no event does, the events' time is taken to go on with it from
 * the newest event. When the newest event is further ahead than accepting time went, Leat was away
 * between: what is missing of that time is nobody's fault.
 */
public sealed interface DetectorKind extends Serializable {
  /** Its name in YAML: {@code threshold}. */
  String yaml();

  /** The streams that it reads, without their blueprint's name; all have the same kind of key. */
  List<String> streams();

  /**
   * Names of the values that each of its alerts has, and that summaries and groups may name. A
   * column of the same name gives way.
   */
  Set<String> values();

  /** Value: how many events there were, a whole number. */
  String COUNT = "count";

  /** Value: the time for it, as in ISO 8601. */
  String WITHIN = "within";

  /** Value: the bound above which it fires, a whole number. */
  String MORE_THAN = "more_than";

  /** Value: the bound below which it fires, a whole number. */
  String LESS_THAN = "less_than";

  /** Value: whose value it is. */
  String COLUMN = "column";

  /** Value: what a column was before, as text; or when a window began, as in RFC 3339, UTC. */
  String FROM = "from";

  /** Value: what a column has become, as text; or when a window ended, as in RFC 3339, UTC. */
  String TO = "to";

  /** Value: when the newest event was accepted, as in RFC 3339, UTC. */
  String LAST_SEEN = "last_seen";

  /** Value: the accepting time after which an entity is silent, as in ISO 8601. */
  String AFTER = "after";

  /** Value: the reading, a number. */
  String VALUE = "value";

  /** Value: what is usual at this time, a number. */
  String USUAL = "usual";

  /** Value: how many robust deviations the reading lies from what is usual, a number. */
  String DEVIATIONS = "deviations";

  /** Value: how many readings there should be in a window, a whole number. */
  String EXPECTED = "expected";

  /** Value: how many there were, a whole number. */
  String RECEIVED = "received";

  /**
   * An entity sent nothing for a while of accepting time; over with its next event, late or not. It
   * began with the last event that was received. An entity that never sent anything is not known.
   * When most of a stream's entities fall silent at once, that is one alert about the stream, not
   * one about each ({@link StreamSilence}).
   *
   * @param streams any event of which is a sign of life
   * @param after of accepting time
   * @param grace how long accepting time stands still after gateways were away, for entities to
   *     connect again; as long those of a silent stream have after it is back
   */
  record Silence(List<String> streams, Duration after, Duration grace) implements DetectorKind {
    public Silence {
      streams = List.copyOf(streams);
    }

    @Override
    public Set<String> values() {
      return Set.of(LAST_SEEN, AFTER);
    }

    @Override
    public String yaml() {
      return "silence";
    }
  }

  /**
   * A condition held for so many events within a time. Fires once; over when {@code until} has held
   * for {@code untilCount} events in a row, by their own time. An event for which both hold is a
   * match and no sign of recovery; one of which a condition cannot be judged says nothing. What
   * matched up to the end of an episode does not count for the next.
   *
   * <p>Events that come out of order are judged as if they had been in order, as far as it was not
   * told otherwise already: an episode in the past begins and is over at once when an all-clear
   * behind it is known (at the newest such), and none begins before the end of the last one that
   * was told. With {@code late: correct} that goes for late events too.
   *
   * @param count events for which it held, at least 1
   * @param within by the events' own time; zero when {@code count} is 1
   * @param until when it is over; null: when {@code when} does not hold. Between both it stays as
   *     it is
   * @param untilCount at least 1
   */
  record Threshold(
      String stream,
      Condition when,
      int count,
      Duration within,
      @Nullable Condition until,
      int untilCount)
      implements DetectorKind {
    /** The count, and the columns that {@code when} names, of the newest event. */
    @Override
    public Set<String> values() {
      Set<String> values = new LinkedHashSet<>(List.of(COUNT));
      values.addAll(when.columnNames());
      return values;
    }

    @Override
    public String yaml() {
      return "threshold";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }

  /**
   * More, or fewer, events within a time than there should be. Over when the count is within the
   * bound again, also by the passing of time alone. The window ends with the newest event, or later
   * as time passes; windows of the past are not judged again, so a late event counts only if it is
   * in that one. Too few are told when {@code within} and {@code lateness} (at most {@code within})
   * are over, and only of a time that is wholly known: not before {@code within} has passed since
   * the first event, or since Leat was away.
   *
   * <p>Events are counted in 64 parts of the window: more than so many fires as if the window were
   * up to a 64th shorter, fewer than so many as if it were up to a 32nd longer. Neither fires
   * without cause.
   *
   * @param when which events count; null: all
   * @param isPerKey each entity by itself; else all of the stream together
   * @param moreThan fires above it; null: no such bound
   * @param lessThan fires below it, once the time is over; null: no such bound
   * @param within by the events' own time, sliding
   */
  record Rate(
      String stream,
      @Nullable Condition when,
      boolean isPerKey,
      @Nullable Long moreThan,
      @Nullable Long lessThan,
      Duration within)
      implements DetectorKind {
    @Override
    public Set<String> values() {
      Set<String> values = new LinkedHashSet<>(List.of(COUNT, WITHIN));
      if (moreThan != null) {
        values.add(MORE_THAN);
      }
      if (lessThan != null) {
        values.add(LESS_THAN);
      }
      return values;
    }

    @Override
    public String yaml() {
      return "rate";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }

  /**
   * A column's value is another than before. With {@code to}, it fires when the value becomes that
   * one, and is over when it is another again, or after {@code clearAfter}; without, it is over
   * after {@code clearAfter}, or when the next such change begins an episode of its own. The first
   * value is no change. An event older than the one whose value is known changes nothing, late or
   * not.
   *
   * @param column whose value; events without one say nothing. Numbers are compared as numbers
   * @param from only changes from this value, as text; null: from any
   * @param to only changes to this value, as text; null: to any
   * @param clearAfter of accepting time; zero with {@code to}: not by time
   */
  record Change(
      String stream, String column, @Nullable String from, @Nullable String to, Duration clearAfter)
      implements DetectorKind {
    @Override
    public Set<String> values() {
      return Set.of(COLUMN, FROM, TO);
    }

    @Override
    public String yaml() {
      return "change";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }

  /**
   * One event, then another, without a third between them, within a time by the events' own time.
   * Without {@code then}: one event, and no {@code without} within the time, told when accepting
   * time shows that the time and the lateness are over.
   *
   * <p>"Within" includes an event at its very end, and "between" neither end: an event for which
   * {@code then} and {@code without} both hold completes a sequence, and one for which {@code
   * first} and {@code without} both hold begins one. Of several firsts the newest before {@code
   * then} counts; without {@code then} the oldest that nothing broke. An episode is over with the
   * first {@code clear} after it began, and what came before that counts no more; that event itself
   * may be the first of another sequence.
   *
   * <p>Events that come out of order are judged as if they had been in order, as far as it was not
   * told otherwise already: {@code then} is told at once, not when the lateness is over. What turns
   * out afterwards to have been broken is over with the event that broke it.
   *
   * <p>When Leat was away between {@code first} and {@code then}, nobody knows of a {@code
   * without}, and so nothing is told; without {@code then} the time begins anew when Leat is back.
   *
   * @param then null when the absence of {@code without} is looked for
   * @param without null when nothing may break the sequence; not null when {@code then} is
   * @param clear an event that ends the episode; null: it is over after {@code clearAfter}
   * @param clearAfter of accepting time, from when it was told
   */
  record Sequence(
      String stream,
      Condition first,
      @Nullable Condition then,
      @Nullable Condition without,
      Duration within,
      @Nullable Condition clear,
      Duration clearAfter)
      implements DetectorKind {
    public Sequence {
      if (then == null && without == null) {
        throw new IllegalArgumentException("a sequence of nothing but its first event");
      }
    }

    /** The columns that {@code first} names, of that event. */
    @Override
    public Set<String> values() {
      return first.columnNames();
    }

    @Override
    public String yaml() {
      return "sequence";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }

  /**
   * A number is far from what is usual for the entity at this time of the season, by robust
   * statistics (running median and median absolute deviation) that are learned per entity, slowly
   * enough not to follow a failure at once. Over when {@code count} readings in a row, at least
   * three, are usual; at the latest after {@code learn}, when the reading is taken for the new
   * usual. Rows of readings are in the order of the log; a reading that is no finite number says
   * nothing.
   *
   * @param column a number
   * @param season after which the usual repeats; zero: it does not
   * @param sensitivity how many robust deviations from the median fire
   * @param count so many readings in a row
   * @param learn how much of the events' own time must have been seen first
   */
  record Anomaly(
      String stream, String column, Duration season, double sensitivity, int count, Duration learn)
      implements DetectorKind {
    @Override
    public Set<String> values() {
      return Set.of(COLUMN, VALUE, USUAL, DEVIATIONS);
    }

    @Override
    public String yaml() {
      return "anomaly";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }

  /**
   * An entity sends, but less often than it should: of the readings that are expected in each
   * window of the events' own time too few came, when the window is over by accepting time and
   * lateness. Over with the first window that has enough.
   *
   * <p>Windows are aligned to 1970-01-01 UTC; the first whole one of an entity is the first to be
   * judged. Readings in the same half of {@code every} count as one, so that a burst does not hide
   * a gap. A window with none at all is missing data too. A late reading counts when its window is
   * not judged yet. Of a window in which Leat was away less is expected; when that was half of it,
   * it says nothing.
   *
   * @param every the expected cadence; at most a 5,000th of the window is told apart
   * @param over the window, a multiple of it
   * @param atLeast the share of the expected readings, above 0, at most 1
   */
  record MissingData(String stream, Duration every, Duration over, double atLeast)
      implements DetectorKind {
    @Override
    public Set<String> values() {
      return Set.of(EXPECTED, RECEIVED, FROM, TO);
    }

    @Override
    public String yaml() {
      return "missing-data";
    }

    @Override
    public List<String> streams() {
      return List.of(stream);
    }
  }
}

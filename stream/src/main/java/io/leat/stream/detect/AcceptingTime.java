package io.leat.stream.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which accepting time the gateways' markers stand for, in the order of their topic: the same for
 * all streams of a blueprint, since what reads several compares their times.
 *
 * <p>It stands still while no gateway accepted, and for the grace after it: entities need a moment
 * to connect again. Milliseconds; begins with the time of the first marker. Owned by one thread.
 *
 * <p>A gateway's clock may be set, and gateways' clocks may differ: a marker is held against the
 * one before of the same gateway, or against one of another whose clock agrees, and only what lies
 * between such two counts. So a clock that runs ahead and is set back neither stops time nor makes
 * it jump: what nobody can tell of the moment of the setting counts as an absence.
 */
final class AcceptingTime {
  /** Markers that are further apart have a time between them in which nobody accepted. */
  static final long GAP = 5_000;

  /** A gateway that was not heard for so much common time is forgotten. */
  private static final long DEAD_AFTER = AcceptingClock.DEAD_AFTER;

  private static final long NOT_YET = Long.MIN_VALUE;

  /** Where they begin in a snapshot. */
  private static final int FIRST_GATEWAY = 5;

  private final long grace;
  private final Map<String, Shown> gateways = new TreeMap<>();

  /** The newest common time of all markers, and the accepting time that it makes. */
  private long newest = NOT_YET;

  private long accepting;
  private long heldUntil = NOT_YET;

  /** What the marker that was read last showed. */
  private Shown last = new Shown(NOT_YET, NOT_YET);

  /**
   * What a marker showed.
   *
   * @param at the gateway's clock
   * @param time the common time then
   */
  private record Shown(long at, long time) {
    long to(long later) {
      return time + (later - at);
    }
  }

  /**
   * What a marker stands for.
   *
   * @param time the common time of all gateways, which runs as their clocks do, and like them jumps
   *     over an absence, but not when one is set back
   * @param accepting accepting time
   */
  record Reading(long time, long accepting) {}

  /**
   * @param grace in milliseconds
   */
  AcceptingTime(long grace) {
    this.grace = grace;
  }

  /** What a marker of this gateway and this time by its clock stands for. */
  Reading of(String gateway, long at) {
    if (newest == NOT_YET) {
      newest = at;
      accepting = at;
      last = new Shown(at, at);
      gateways.put(gateway, last);
      return new Reading(at, at);
    }
    Shown before = before(gateway, at);
    long time = before == null ? afterAbsence(at) : before.to(at);
    if (before == null) {
      newest = time;
      heldUntil = time + grace;
    } else if (time > newest) {
      if (time > heldUntil) {
        accepting += time - Math.max(newest, heldUntil);
      }
      newest = time;
    }
    boolean isStale = before != null && before.equals(gateways.get(gateway)) && at <= before.at;
    if (!isStale) {
      last = new Shown(at, time);
      gateways.put(gateway, last);
    }
    gateways.values().removeIf(one -> newest - one.time > DEAD_AFTER);
    return new Reading(time, accepting - (newest - time));
  }

  /** A marker between which and this one nothing happened to the clock; null if there is none. */
  private @Nullable Shown before(String gateway, long at) {
    Shown own = gateways.get(gateway);
    if (own != null && isNear(own, at)) {
      return own;
    }
    return gateways.values().stream()
        .filter(one -> isNear(one, at))
        .min(
            Comparator.comparingLong((Shown one) -> Math.abs(at - one.at))
                .thenComparing(Shown::time, Comparator.reverseOrder()))
        .orElse(null);
  }

  private static boolean isNear(Shown one, long at) {
    return Math.abs(at - one.at) <= GAP;
  }

  /** Time passed if the clock says so; if it went back, nobody knows. */
  private long afterAbsence(long at) {
    return at > last.at ? Math.max(newest, last.to(at)) : newest;
  }

  /** The gateways that {@link #snapshot} has, in its order. */
  List<String> gateways() {
    return List.copyOf(gateways.keySet());
  }

  /** All that {@link #restore} needs, besides the names of the gateways. */
  long[] snapshot() {
    List<Long> all = new ArrayList<>(List.of(newest, accepting, heldUntil, last.at, last.time));
    for (Shown one : gateways.values()) {
      all.add(one.at);
      all.add(one.time);
    }
    return all.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Goes on from a snapshot.
   *
   * @param names of the gateways that it has, in its order; an earlier Leat's has none: their
   *     clocks all agreed
   */
  void restore(long[] snapshot, List<String> names) {
    newest = snapshot[0];
    accepting = snapshot[1];
    heldUntil = snapshot[2];
    gateways.clear();
    if (newest == NOT_YET) {
      return;
    }
    if (snapshot.length < FIRST_GATEWAY) {
      last = new Shown(newest, newest);
      gateways.put("", last);
      return;
    }
    last = new Shown(snapshot[3], snapshot[4]);
    for (int i = 0; i < names.size(); i++) {
      int at = FIRST_GATEWAY + 2 * i;
      gateways.put(names.get(i), new Shown(snapshot[at], snapshot[at + 1]));
    }
  }
}

package io.leat.stream.detect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the gateways' clocks are ahead of their common time ({@link AcceptingTime.Reading#time}):
 * nothing, unless one was set back or they differ. By it the common time of an event's receipt is
 * told; which gateway received it nobody knows, but where it stands in the log says whether that
 * was before a clock was set. Milliseconds. Owned by one thread.
 */
final class GatewayClocks {
  /** Settings that are remembered; what was logged before others counts as before the oldest. */
  private static final int MOST_SETTINGS = 8;

  /** Names those that are known from a checkpoint; no gateway is called so. */
  private static final String RESTORED = "\n";

  private final Map<String, Clock> clocks = new TreeMap<>();
  private final List<Setting> settings = new ArrayList<>();

  /** By partition, up to where a gateway said that the log was written. Not kept. */
  private final Map<Integer, Long> covered = new HashMap<>();

  /** How far they are ahead, each once, the least first. */
  private List<Long> present = List.of();

  private record Clock(long ahead, long heardAt) {}

  /**
   * Clocks were set, or others began to count.
   *
   * @param epoch of the log
   * @param ahead how far each was ahead before
   * @param before by partition, the first offset behind what is known to have been logged then
   */
  private record Setting(int epoch, List<Long> ahead, Map<Integer, Long> before) {}

  /**
   * A marker was read.
   *
   * @param at what the gateway's clock showed
   * @param time the common time then
   * @param epoch of the log
   * @param before by partition, up to where the gateway knew the log to be written
   */
  void mark(String gateway, long at, long time, int epoch, Map<Integer, Long> before) {
    before.forEach((partition, offset) -> covered.merge(partition, offset, Math::max));
    Clock own = new Clock(at - time, time);
    clocks.put(gateway, own);
    for (Iterator<Map.Entry<String, Clock>> all = clocks.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Clock> one = all.next();
      boolean isTakenUp = one.getKey().startsWith(RESTORED) && one.getValue().ahead == own.ahead;
      if (isTakenUp || time - one.getValue().heardAt > AcceptingClock.DEAD_AFTER) {
        all.remove();
      }
    }
    List<Long> old = present;
    present = ahead();
    if (!old.isEmpty() && !old.equals(present)) {
      settings.add(new Setting(epoch, old, Map.copyOf(before)));
      if (settings.size() > MOST_SETTINGS) {
        settings.remove(0);
      }
    }
  }

  private List<Long> ahead() {
    return clocks.values().stream().map(Clock::ahead).distinct().sorted().toList();
  }

  /**
   * Whether no marker that was read was written behind this event, although its partition had any:
   * clocks may have been set before it was received.
   */
  boolean isAhead(SignOfLife sign) {
    return covered.getOrDefault(sign.partition, Long.MAX_VALUE) <= sign.offset;
  }

  /**
   * The common time of a receipt; of several that it may be, the one nearest to the present.
   *
   * @param newest the newest common time that is known
   */
  long received(SignOfLife sign, long newest) {
    long received = Math.floorDiv(sign.received, 1_000L);
    long best = received;
    boolean isFirst = true;
    for (long ahead : ahead(sign)) {
      long time = received - ahead;
      if (isFirst || Math.abs(time - newest) < Math.abs(best - newest)) {
        best = time;
      }
      isFirst = false;
    }
    return best;
  }

  /** How far the clocks were ahead when an event was logged. */
  private List<Long> ahead(SignOfLife sign) {
    for (Setting setting : settings) {
      if (setting.epoch == sign.epoch
          && sign.offset < setting.before.getOrDefault(sign.partition, 0L)) {
        return setting.ahead;
      }
    }
    return present;
  }

  /** All that {@link #restore} needs: a line for the clocks, and one for each setting. */
  List<long[]> snapshot() {
    List<long[]> all = new ArrayList<>();
    List<Long> counted = new ArrayList<>();
    for (Clock clock : clocks.values()) {
      counted.add(clock.ahead);
      counted.add(clock.heardAt);
    }
    all.add(array(counted));
    for (Setting setting : settings) {
      List<Long> line = new ArrayList<>();
      line.add((long) setting.epoch);
      line.add((long) setting.ahead.size());
      line.addAll(setting.ahead);
      new TreeMap<>(setting.before)
          .forEach(
              (partition, offset) -> {
                line.add((long) partition);
                line.add(offset);
              });
      all.add(array(line));
    }
    return all;
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Goes on from a snapshot.
   *
   * @param snapshot empty when there is none, as behind an earlier Leat, which had one clock for
   *     all
   * @param newest the newest common time that is known; {@code Long.MIN_VALUE} for none
   */
  void restore(List<long[]> snapshot, long newest) {
    clocks.clear();
    settings.clear();
    if (snapshot.isEmpty() && newest != Long.MIN_VALUE) {
      clocks.put(RESTORED, new Clock(0, newest));
    }
    for (int i = 0; i < snapshot.size(); i++) {
      long[] line = snapshot.get(i);
      if (i == 0) {
        for (int j = 0; j < line.length; j += 2) {
          clocks.put(RESTORED + j, new Clock(line[j], line[j + 1]));
        }
      } else {
        settings.add(setting(line));
      }
    }
    present = ahead();
  }

  private static Setting setting(long[] line) {
    int next = 2 + (int) line[1];
    List<Long> ahead = new ArrayList<>();
    for (int i = 2; i < next; i++) {
      ahead.add(line[i]);
    }
    Map<Integer, Long> before = new HashMap<>();
    for (int i = next; i < line.length; i += 2) {
      before.put((int) line[i], line[i + 1]);
    }
    return new Setting((int) line[0], List.copyOf(ahead), before);
  }
}

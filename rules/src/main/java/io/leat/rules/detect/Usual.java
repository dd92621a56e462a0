package io.leat.rules.detect;

import java.util.Arrays;

/**
 * What is usual for one series: a level, which follows slowly; how the times of the season differ
 * from it; and how far readings usually lie from both. Each is a running median, moved by every
 * reading by a bounded step, so that no reading, however wild, counts for more than any other.
 *
 * <p>Times in microseconds. {@value #FIRST} first readings are kept to begin with; from then on it
 * is 16 bytes and 5 for each of {@value #PARTS} parts of a season.
 */
final class Usual {
  /** Parts of a season, between whose middles is interpolated. */
  static final int PARTS = 24;

  /** Readings before the first estimate. */
  static final int FIRST = 16;

  /** In seasons, how long until the weight of what was is 1/e. Tuned; docs/concepts. */
  private static final double LEVEL_MEMORY = 4;

  private static final double SEASON_MEMORY = 14;
  private static final double SPREAD_MEMORY = 10;

  /** Of the level: less than this never counts as unusual times a spread. */
  private static final double LEAST_SPREAD = 1e-3;

  private static final double TINY = 1e-9;

  /** Standard deviations of a normal distribution in a median absolute deviation. */
  private static final double NORMAL = 1.4826;

  private static final int MOST_COUNTED = 255;

  private final long season;
  private final long unit;

  private long readings;
  private long lastAt;
  private final float[] first = new float[FIRST];
  private double level;
  private double spread;
  private final float[] parts = new float[PARTS];
  private final int[] counted = new int[PARTS];

  private int nearest;
  private double seasonal;

  /**
   * @param season after which it repeats; 0 when it does not
   * @param unit what memory is measured in when there is no season
   */
  Usual(long season, long unit) {
    this.season = season;
    this.unit = season > 0 ? season : Math.max(1, unit);
  }

  void clear() {
    readings = 0;
    lastAt = 0;
    level = 0;
    spread = 0;
    clearSeason();
  }

  private void clearSeason() {
    Arrays.fill(parts, 0);
    Arrays.fill(counted, 0);
  }

  /** Whether it can say anything. */
  boolean isKnown() {
    return readings >= FIRST;
  }

  /** What a reading at that time would usually be. */
  double expected(long time) {
    place(time);
    return level + seasonal;
  }

  /** How many spreads a reading lies off, above zero when it is too high. */
  double deviation(long time, double value) {
    return (value - expected(time)) / scale();
  }

  /** The reading is the new usual, at once. */
  void accept(long time, double value) {
    place(time);
    level = value - seasonal;
  }

  void learn(long time, double value) {
    double elapsed = readings == 0 ? 0 : Math.max(0, time - lastAt) / (double) unit;
    lastAt = readings == 0 ? time : Math.max(lastAt, time);
    if (readings < FIRST) {
      first[(int) readings++] = (float) value;
      if (readings == FIRST) {
        begin();
      }
      return;
    }
    readings++;
    place(time);
    double scale = scale();
    double distance = value - level - seasonal;
    level += gain(elapsed / LEVEL_MEMORY, 1.0 / (readings + 1)) * step(distance, scale);
    if (season > 0) {
      counted[nearest] = Math.min(MOST_COUNTED, counted[nearest] + 1);
      double gain = gain(elapsed * PARTS / SEASON_MEMORY, 1.0 / (counted[nearest] + 2));
      parts[nearest] += (float) (gain * step(distance, 2 * scale));
    }
    double change = gain(elapsed / SPREAD_MEMORY, 2.0 / (readings + 4));
    spread = Math.max(least(), spread * Math.exp(Math.abs(distance) > spread ? change : -change));
  }

  private void begin() {
    float[] sorted = first.clone();
    Arrays.sort(sorted);
    level = sorted[FIRST / 2];
    for (int i = 0; i < FIRST; i++) {
      sorted[i] = (float) Math.abs(first[i] - level);
    }
    Arrays.sort(sorted);
    spread = Math.max(sorted[FIRST / 2], least());
  }

  private double least() {
    return Math.max(TINY, LEAST_SPREAD * Math.abs(level));
  }

  private double scale() {
    return Math.max(NORMAL * spread, least());
  }

  private static double step(double distance, double most) {
    return Math.max(-most, Math.min(most, distance));
  }

  private static double gain(double memories, double least) {
    return Math.max(-Math.expm1(-memories), least);
  }

  /** Interpolates between the middles of the season's parts. */
  private void place(long time) {
    seasonal = 0;
    if (season > 0) {
      double place = Math.floorMod(time, season) / (double) season * PARTS;
      nearest = Math.min(PARTS - 1, (int) place);
      double off = place - nearest - 0.5;
      int other = Math.floorMod(nearest + (off > 0 ? 1 : -1), PARTS);
      seasonal = parts[nearest] * (1 - Math.abs(off)) + parts[other] * Math.abs(off);
    }
  }

  void read(StateReader in) {
    readings = in.number();
    lastAt = in.signed();
    if (readings < FIRST) {
      for (int i = 0; i < readings; i++) {
        first[i] = in.real();
      }
    } else {
      level = in.real8();
      spread = in.real8();
    }
    long learned = in.number();
    for (int i = 0; i < PARTS && learned > 0; i++) {
      parts[i] = in.real();
      counted[i] = in.take();
    }
    if (learned != season) {
      clearSeason();
    }
  }

  void write(StateWriter out) {
    out.number(readings);
    out.signed(lastAt);
    if (readings < FIRST) {
      for (int i = 0; i < readings; i++) {
        out.real(first[i]);
      }
    } else {
      out.real8(level);
      out.real8(spread);
    }
    out.number(season);
    for (int i = 0; i < PARTS && season > 0; i++) {
      out.real(parts[i]);
      out.put(counted[i]);
    }
  }
}

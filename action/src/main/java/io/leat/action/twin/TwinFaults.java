package io.leat.action.twin;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * How often what goes wrong, and how. Each is once in so many requests on average, by chance; 0 is
 * never.
 *
 * @param failOneIn {@link TwinFault#FAIL}
 * @param timeOutOneIn {@link TwinFault#TIME_OUT}
 * @param hibernateOneIn {@link TwinFault#HIBERNATE}
 * @param slowOneIn {@link TwinFault#SLOW}
 * @param slowness how late a slow answer is
 * @param silence how long a connection is held that gets no answer
 * @param commitBehind how long it takes, in silence, until what was asked for is done
 */
public record TwinFaults(
    int failOneIn,
    int timeOutOneIn,
    int hibernateOneIn,
    int slowOneIn,
    Duration slowness,
    Duration silence,
    Duration commitBehind) {
  /** Nothing goes wrong unless asked for. */
  public static final TwinFaults NONE =
      new TwinFaults(0, 0, 0, 0, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ZERO);

  /** As {@link #NONE}, failing and timing out by chance. */
  public static TwinFaults byChance(int failOneIn, int timeOutOneIn) {
    return new TwinFaults(
        failOneIn, timeOutOneIn, 0, 0, NONE.slowness(), NONE.silence(), NONE.commitBehind());
  }

  /** What goes wrong with the next request. */
  Optional<TwinFault> draw(Random random) {
    if (one(failOneIn, random)) {
      return Optional.of(TwinFault.FAIL);
    }
    if (one(timeOutOneIn, random)) {
      return Optional.of(TwinFault.TIME_OUT);
    }
    if (one(hibernateOneIn, random)) {
      return Optional.of(TwinFault.HIBERNATE);
    }
    return one(slowOneIn, random) ? Optional.of(TwinFault.SLOW) : Optional.empty();
  }

  private static boolean one(int in, Random random) {
    return in > 0 && random.nextInt(in) == 0;
  }
}

package io.leat.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What clients were told of their records, by stream and log epoch, since this process began.
 * Thread-safe; counting never waits. Streams are known ones, so that there is a bounded number.
 */
public final class OutcomeCounts {
  private final Map<Log, Adders> counts = new ConcurrentHashMap<>();

  /** A stream's log in one of its epochs. */
  public record Log(String blueprint, String stream, int epoch) {}

  /**
   * Records.
   *
   * @param acknowledged of which clients were told that they are in the log
   * @param unknown of which clients were told that nobody knows
   */
  public record Count(long acknowledged, long unknown) {}

  private record Adders(LongAdder acknowledged, LongAdder unknown) {
    Adders() {
      this(new LongAdder(), new LongAdder());
    }
  }

  void add(ServedStream stream, int acknowledged, int unknown) {
    if (acknowledged == 0 && unknown == 0) {
      return;
    }
    Adders adders =
        counts.computeIfAbsent(
            new Log(stream.blueprint().name(), stream.spec().name(), stream.logEpoch()),
            any -> new Adders());
    adders.acknowledged().add(acknowledged);
    adders.unknown().add(unknown);
  }

  /** The counts as they are now. */
  public Map<Log, Count> now() {
    Map<Log, Count> now = new HashMap<>();
    counts.forEach(
        (log, adders) ->
            now.put(log, new Count(adders.acknowledged().sum(), adders.unknown().sum())));
    return now;
  }
}

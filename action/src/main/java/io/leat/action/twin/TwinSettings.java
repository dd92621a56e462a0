package io.leat.action.twin;

import java.util.Map;

/**
 * What a twin is like.
 *
 * @param host to listen on
 * @param port to listen on; 0 takes a free one
 * @param users passwords by name
 * @param requestsPerSecond more are answered with 429, but for a burst of one second's; 0 is no
 *     limit
 * @param faults what goes wrong by chance
 * @param seed of that chance
 * @param mostRecords in all tables; more are answered with 500
 */
public record TwinSettings(
    String host,
    int port,
    Map<String, String> users,
    int requestsPerSecond,
    TwinFaults faults,
    long seed,
    int mostRecords) {
  private static final int MOST_RECORDS = 500_000;

  public TwinSettings {
    users = Map.copyOf(users);
  }

  /** Without limit or faults, on the loopback address. */
  public static TwinSettings of(int port, Map<String, String> users) {
    return new TwinSettings("127.0.0.1", port, users, 0, TwinFaults.NONE, 1, MOST_RECORDS);
  }

  public TwinSettings withLimit(int requestsPerSecond) {
    return new TwinSettings(host, port, users, requestsPerSecond, faults, seed, mostRecords);
  }

  public TwinSettings withFaults(TwinFaults faults, long seed) {
    return new TwinSettings(host, port, users, requestsPerSecond, faults, seed, mostRecords);
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return "TwinSettings[" + host + ":" + port + ", users=" + users.keySet() + "]";
  }
}

package io.leat.state;

import java.time.Duration;

/**
 * Where PostgreSQL is.
 *
 * @param url JDBC URL, {@code jdbc:postgresql://host:port/database}
 * @param user the role that owns the tables
 * @param password may be empty
 * @param maxConnections bound of the pool
 * @param connectTimeout a connection that is not had within this time is a failure
 * @param answerTimeout a statement that is not answered within this time is a failure
 */
public record StateSettings(
    String url,
    String user,
    String password,
    int maxConnections,
    Duration connectTimeout,
    Duration answerTimeout) {
  public StateSettings {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "the PostgreSQL URL must start with jdbc:postgresql:, but is " + url);
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections must be at least 1");
    }
    if (connectTimeout.compareTo(Duration.ofMillis(250)) < 0 || answerTimeout.toMillis() < 1) {
      throw new IllegalArgumentException("timeouts must be at least 250 ms");
    }
  }

  /** Four connections, had within 2 s, answering within 4 s. */
  public static StateSettings of(String url, String user, String password) {
    return new StateSettings(url, user, password, 4, Duration.ofSeconds(2), Duration.ofSeconds(4));
  }

  @Override
  public String toString() {
    return "StateSettings[url="
        + url
        + ", user="
        + user
        + ", maxConnections="
        + maxConnections
        + "]";
  }
}

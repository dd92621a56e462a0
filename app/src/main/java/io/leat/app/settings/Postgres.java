package io.leat.app.settings;

import org.jspecify.annotations.Nullable;

/** The control tables. */
public sealed interface Postgres {

  /**
   * A child process on the loopback address, with its files in the data folder.
   *
   * @param port 0 takes a free one
   */
  record Embedded(int port) implements Postgres {}

  /**
   * A server.
   *
   * @param url {@code jdbc:postgresql://host:port/database}
   * @param password null: none is sent
   */
  record External(String url, String user, @Nullable String password) implements Postgres {
    /** Without the password. */
    @Override
    public String toString() {
      return "External[url=" + url + ", user=" + user + "]";
    }
  }
}

package io.leat.app.settings;

import java.util.Map;
import java.util.TreeMap;

/** The log. */
public sealed interface Kafka {

  /**
   * A broker in this process, on the loopback address, with its files in the data folder.
   *
   * @param port 0 takes a free one
   */
  record Embedded(int port) implements Kafka {}

  /**
   * A cluster.
   *
   * @param bootstrap {@code host:port,host:port}
   * @param properties passed on to every client as they are: {@code security.protocol}, {@code
   *     sasl.*}, {@code ssl.*} and others; they may hold secrets
   * @param replication the replication factor of the topics that Leat makes for itself
   */
  record External(String bootstrap, Map<String, String> properties, int replication)
      implements Kafka {
    public External {
      properties = Map.copyOf(properties);
    }

    /** Without the properties' values. */
    @Override
    public String toString() {
      return "External[bootstrap="
          + bootstrap
          + ", properties="
          + new TreeMap<>(properties).keySet()
          + ", replication="
          + replication
          + "]";
    }
  }
}

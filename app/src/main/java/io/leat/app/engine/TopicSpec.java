package io.leat.app.engine;

import java.util.Map;

/**
 * A topic as it should be.
 *
 * @param name the topic
 * @param partitions at least 1
 * @param replication copies; 1 on the embedded broker
 * @param configs topic properties that matter, such as {@code retention.ms}
 */
public record TopicSpec(String name, int partitions, int replication, Map<String, String> configs) {
  public TopicSpec {
    if (partitions < 1 || replication < 1) {
      throw new IllegalArgumentException(
          "A topic needs at least one partition and one copy: " + name);
    }
    configs = Map.copyOf(configs);
  }
}

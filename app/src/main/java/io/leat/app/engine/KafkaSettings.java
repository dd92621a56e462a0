package io.leat.app.engine;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the embedded broker is set up.
 *
 * @param durability with {@link Durability#DISK} each batch is forced to the device before it is
 *     acknowledged
 * @param retention how long topics that do not say otherwise keep records
 * @param retentionBytes how many bytes a partition of such a topic keeps; -1 is without bound
 * @param segmentBytes the unit in which records are deleted
 * @param properties broker properties that win over Leat's
 */
public record KafkaSettings(
    Durability durability,
    Duration retention,
    long retentionBytes,
    int segmentBytes,
    Map<String, String> properties) {
  private static final int LEAST_SEGMENT = 1 << 20;

  public KafkaSettings {
    if (retention.isNegative() || retention.isZero()) {
      throw new IllegalArgumentException("retention must be positive, not " + retention);
    }
    if (retentionBytes != -1 && retentionBytes < segmentBytes) {
      throw new IllegalArgumentException(
          "retentionBytes must be -1 or at least one segment of " + segmentBytes + " bytes");
    }
    if (segmentBytes < LEAST_SEGMENT) {
      throw new IllegalArgumentException("segmentBytes must be at least " + LEAST_SEGMENT);
    }
    properties = Map.copyOf(properties);
  }

  /** Seven days, without bound on bytes, segments of 64 MiB, safe from the death of processes. */
  public static KafkaSettings defaults() {
    return new KafkaSettings(Durability.PROCESS, Duration.ofDays(7), -1, 64 << 20, Map.of());
  }

  /** The same with another durability. */
  public KafkaSettings with(Durability other) {
    return new KafkaSettings(other, retention, retentionBytes, segmentBytes, properties);
  }

  /** The same with segments of another size. */
  public KafkaSettings withSegmentBytes(int bytes) {
    return new KafkaSettings(durability, retention, retentionBytes, bytes, properties);
  }

  /** The same with a broker property more. */
  public KafkaSettings with(String key, String value) {
    Map<String, String> changed = new TreeMap<>(properties);
    changed.put(key, value);
    return new KafkaSettings(durability, retention, retentionBytes, segmentBytes, changed);
  }
}

package io.leat.event;

import java.util.List;
import java.util.regex.Pattern;

/** The names that a blueprint gives to things on the engines: topics, namespaces, tables. */
public final class Names {
  /**
   * Lower-case words with underscores: valid as a Kafka topic part, an Iceberg name and an unquoted
   * SQL name.
   */
  public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  /** Tables that Leat keeps beside the streams in the raw namespace; no stream may be called so. */
  public static final List<String> RESERVED_STREAMS =
      List.of("ledger", "quarantine", "rejected", "alerts", "markers");

  private Names() {}

  /** Whether {@code name} may name a blueprint or a stream. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The topic of a stream: {@code devices.telemetry}. */
  public static String topic(String blueprint, String stream) {
    return blueprint + "." + stream;
  }

  /** The topic of the records that the gateway refused: {@code devices.rejected}. */
  public static String rejectedTopic(String blueprint) {
    return blueprint + ".rejected";
  }

  /** The topic of what detectors say: {@code devices.alerts}. */
  public static String alertsTopic(String blueprint) {
    return blueprint + ".alerts";
  }

  /** The topic of the gateways' signs of life: {@code devices.markers}. */
  public static String markersTopic(String blueprint) {
    return blueprint + ".markers";
  }

  /** The Iceberg namespace of immutable events: {@code devices_raw}. */
  public static String rawNamespace(String blueprint) {
    return blueprint + "_raw";
  }

  /** The Iceberg namespace of clean tables: {@code devices_processed}. */
  public static String processedNamespace(String blueprint) {
    return blueprint + "_processed";
  }
}

package io.leat.blueprint;

import io.leat.blueprint.yaml.Value;
import io.leat.rules.QualityRule.Otherwise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code blueprint.yaml} whose parts have their types but are not yet held against each other.
 */
record RawBlueprint(
    String name,
    Value nameAt,
    String owner,
    @Nullable String description,
    Map<String, String> tags,
    List<Stream> streams,
    List<Located> removed,
    List<RawDetector> detectors,
    RawRouting routing,
    List<RawFileSource> files,
    Value routesAt) {

  /** Whether something of it makes alerts, and so incidents. */
  boolean hasAlerts() {
    return !detectors.isEmpty() || !files.isEmpty();
  }

  /**
   * A text and where it stands.
   *
   * @param text null when it is absent or was refused
   */
  record Located(@Nullable String text, Value at) {}

  record Stream(
      String name,
      Value at,
      @Nullable String description,
      Located schema,
      Located key,
      Located id,
      Located time,
      int partitions,
      int replication,
      Duration retention,
      Duration dedupe,
      Value dedupeAt,
      Duration past,
      Duration future,
      List<Rule> quality,
      boolean isPartitioned,
      List<Partition> partitionBy,
      @Nullable Duration keepFor) {}

  record Rule(Located name, Located expect, Otherwise otherwise) {}

  record Partition(PartitionField field, Value at) {}
}

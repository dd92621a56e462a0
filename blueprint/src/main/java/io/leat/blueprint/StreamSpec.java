package io.leat.blueprint;

import io.leat.rules.QualityRule;
import io.leat.schema.StreamSchema;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events of one shape.
 *
 * @param name unique in its blueprint
 * @param description one sentence for people
 * @param schemaFile the schema's path relative to the blueprint's folder
 * @param schema what every event must match
 * @param key the property that names the entity; Kafka's key, a required string or integer without
 *     {@code x-pii}
 * @param id the property that carries the sender's event id; null when events have none of their
 *     own
 * @param time the property that carries the event time; null when it is the time of receipt
 * @param partitions Kafka partitions; changing it breaks the order per key
 * @param replication Kafka replication factor on a cluster; the embedded broker has 1
 * @param retention how long the log keeps events
 * @param dedupe how long an event id counts as seen
 * @param past how far an event's time may lie before its receipt; older events are quarantined
 * @param future how far an event's time may lie after its receipt; later events are quarantined
 * @param quality the rules that processed rows keep
 * @param partitionBy the partitioning of the processed table
 * @param keepFor how long its rows stay in the raw and the processed table, from their receipt;
 *     null: for ever
 */
public record StreamSpec(
    String name,
    @Nullable String description,
    String schemaFile,
    StreamSchema schema,
    String key,
    @Nullable String id,
    @Nullable String time,
    int partitions,
    int replication,
    Duration retention,
    Duration dedupe,
    Duration past,
    Duration future,
    List<QualityRule> quality,
    List<PartitionField> partitionBy,
    @Nullable Duration keepFor) {
  public StreamSpec {
    quality = List.copyOf(quality);
    partitionBy = List.copyOf(partitionBy);
  }
}

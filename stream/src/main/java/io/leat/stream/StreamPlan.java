package io.leat.stream;

import io.leat.blueprint.StreamSpec;
import io.leat.rules.QualityRule;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the operators of one stream need to know, in a form that travels to them.
 *
 * @param stream the stream's name
 * @param topic its topic
 * @param epoch the topic's log epoch
 * @param schemaDocument the JSON Schema's text; operators parse it when they open
 * @param processed the processed table's schema as it is in the catalog
 * @param timeColumn the column that carries the event time, null when none does
 * @param dedupe how long an event id counts as seen
 * @param past how far an event's time may lie before its receipt
 * @param future how far an event's time may lie after its receipt
 * @param rules the quality rules as text
 */
public record StreamPlan(
    String stream,
    String topic,
    int epoch,
    String schemaDocument,
    Schema processed,
    @Nullable String timeColumn,
    Duration dedupe,
    Duration past,
    Duration future,
    List<Rule> rules)
    implements Serializable {

  /** A {@link QualityRule} as text. */
  public record Rule(String name, String expect, QualityRule.Otherwise otherwise)
      implements Serializable {}

  /**
   * The plan of a stream whose tables exist.
   *
   * @param topic its topic
   * @param epoch the topic's log epoch
   * @param processed the processed table's schema
   */
  public static StreamPlan of(StreamSpec spec, String topic, int epoch, Schema processed) {
    return new StreamPlan(
        spec.name(),
        topic,
        epoch,
        spec.schema().document().toString(),
        processed,
        spec.time(),
        spec.dedupe(),
        spec.past(),
        spec.future(),
        spec.quality().stream()
            .map(r -> new Rule(r.name(), r.expect().expression(), r.otherwise()))
            .toList());
  }

  /** The same for records of another log epoch. */
  StreamPlan inEpoch(int other) {
    return new StreamPlan(
        stream, topic, other, schemaDocument, processed, timeColumn, dedupe, past, future, rules);
  }

  /** The same with another time for which an event id counts as seen. */
  StreamPlan remembering(Duration other) {
    return new StreamPlan(
        stream, topic, epoch, schemaDocument, processed, timeColumn, other, past, future, rules);
  }

  /** Names what decides about a record, for comparison with a later plan. */
  public String fingerprint() {
    try {
      String all =
          String.join(
              "\n",
              schemaDocument,
              processed.toString(),
              timeColumn + " " + dedupe + " " + past + " " + future + " " + rules);
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * As the components are; schemas by what they say, as Iceberg's have no equality of their own.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StreamPlan plan
        && plan.stream.equals(stream)
        && plan.topic.equals(topic)
        && plan.epoch == epoch
        && plan.schemaDocument.equals(schemaDocument)
        && plan.processed.sameSchema(processed)
        && Objects.equals(plan.timeColumn, timeColumn)
        && plan.dedupe.equals(dedupe)
        && plan.past.equals(past)
        && plan.future.equals(future)
        && plan.rules.equals(rules);
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, epoch, schemaDocument, rules);
  }

  StreamSchema schema() {
    try {
      return StreamSchema.parse(schemaDocument);
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException("the blueprint was loaded with this schema", e);
    }
  }
}

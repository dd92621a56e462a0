package io.leat.app.reconcile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found of some streams over a period.
 *
 * @param checkedAt when it was found
 * @param took how long it took
 */
public record Reconciliation(
    Period period, Instant checkedAt, Duration took, List<StreamReport> streams) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Reconciliation {
    streams = List.copyOf(streams);
  }

  /** How many gaps there are in all streams. */
  public long gaps() {
    return streams.stream().mapToLong(one -> one.gaps().size() + one.moreGaps()).sum();
  }

  /** As {@code GET /v1/reconcile} answers it. */
  public ObjectNode json() {
    ObjectNode json =
        JSON.createObjectNode()
            .put("state", "done")
            .put("from", text(period.from()))
            .put("to", period.to().toString())
            .put("checked_at", checkedAt.toString())
            .put("took_ms", took.toMillis())
            .put("reconciled", gaps() == 0)
            .put("gaps", gaps());
    ArrayNode all = json.putArray("streams");
    streams.forEach(one -> all.add(json(one)));
    return json;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static ObjectNode json(StreamReport stream) {
    Counts counts = stream.counts();
    ObjectNode json =
        JSON.createObjectNode()
            .put("stream", stream.topic())
            .put("reconciled", stream.isReconciled())
            .put("logged", counts.logged())
            .put("raw", counts.raw())
            .put("processed", counts.processed())
            .put("duplicates", counts.duplicates())
            .put("quarantined", counts.quarantined())
            .put("in_flight", stream.inFlight());
    StreamReport.Gateway gateway = stream.gateway();
    json.putObject("gateway")
        .put("logged", gateway.logged())
        .put("acknowledged", gateway.acknowledged())
        .put("unknown", gateway.unknown())
        .put("unacknowledged", gateway.unacknowledged())
        .put("since", text(gateway.since()))
        .put("unclean_stops", gateway.uncleanStops());
    ArrayNode covered = json.putArray("covered");
    for (StreamReport.Covered one : stream.covered()) {
      covered
          .addObject()
          .put("epoch", one.epoch())
          .put("partition", one.partition())
          .put("first_offset", one.range().first())
          .put("next_offset", one.range().next());
    }
    ArrayNode gaps = json.putArray("gaps");
    stream.gaps().forEach(gap -> gaps.add(json(stream.topic(), gap)));
    json.put("more_gaps", stream.moreGaps());
    ArrayNode notes = json.putArray("notes");
    stream.notes().forEach(notes::add);
    return json;
  }

  private static ObjectNode json(String topic, Gap gap) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("code", gap.code().code())
            .put("position", gap.position(topic))
            .put("count", gap.count())
            .put("exact", gap.isExact())
            .put("reason", gap.code().title())
            .put("detail", gap.detail())
            .put("remedy", gap.code().remedy())
            .put("epoch", gap.epoch());
    if (gap.partition() >= 0) {
      json.put("partition", gap.partition())
          .put("first_offset", gap.range().first())
          .put("next_offset", gap.range().next());
    }
    return json;
  }
}

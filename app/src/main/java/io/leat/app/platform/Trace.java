package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds every place where an event is: log, raw, processed, quarantine, rejected. Its calls block.
 */
final class Trace {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StreamRegistry streams;
  private final LogReader log;
  private final Map<String, Books> books;
  private final Function<String, List<JsonNode>> sql;

  /**
   * @param sql runs a query and returns its rows, each an array
   */
  Trace(
      StreamRegistry streams,
      LogReader log,
      Map<String, Books> books,
      Function<String, List<JsonNode>> sql) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.sql = sql;
  }

  /** The places of an event id; an empty list when nothing is known of it. */
  ObjectNode of(String eventId) {
    ObjectNode trace = JSON.createObjectNode().put("id", eventId);
    ArrayNode places = trace.putArray("places");
    // The books first: what is committed after this is found twice rather than not at all.
    Map<String, Map<String, Books.Totals>> totals = new HashMap<>();
    books.forEach((blueprint, book) -> totals.put(blueprint, book.totals()));
    List<JsonNode> rows = sql.apply(query(eventId));
    for (ServedStream stream : streams.all()) {
      logged(eventId, stream, totals, rows, places);
    }
    rows.forEach(row -> places.add(place(row)));
    return trace;
  }

  /** A table that events are looked for in, with the SQL of what is shown of it. */
  private record Place(
      String name, String table, String stream, String columns, String time, String detail) {

    /**
     * Leat's own columns begin with {@code columns}: nothing, or an underscore in processed tables.
     */
    String select(String idLiteral) {
      return String.join(
          " ",
          "SELECT '" + name + "' AS place,",
          stream + " AS stream,",
          columns + "log_epoch AS epoch,",
          columns + "log_partition AS part,",
          columns + "log_offset AS pos,",
          time + " AS at,",
          detail + " AS detail",
          "FROM " + table,
          "WHERE " + columns + "event_id = " + idLiteral);
    }
  }

  private String query(String eventId) {
    String id = "'" + eventId.replace("'", "''") + "'";
    return places().stream().map(p -> p.select(id)).collect(Collectors.joining("\nUNION ALL "))
        + "\nORDER BY 6, 1";
  }

  private List<Place> places() {
    List<Place> places = new ArrayList<>();
    Set<String> blueprints = new TreeSet<>();
    for (ServedStream stream : streams.all()) {
      String blueprint = stream.blueprint().name();
      blueprints.add(blueprint);
      String table = "." + stream.spec().name();
      String name = "'" + stream.name() + "'";
      places.add(
          new Place("raw", Names.rawNamespace(blueprint) + table, name, "", "received_at", "''"));
      places.add(
          new Place(
              "processed",
              Names.processedNamespace(blueprint) + table,
              name,
              "_",
              "_received_at",
              "coalesce(array_to_string(_quality, ', '), '')"));
    }
    for (String blueprint : blueprints) {
      places.add(refused("quarantine", blueprint, "quarantined_at"));
      places.add(refused("rejected", blueprint, "received_at"));
    }
    return places;
  }

  private static Place refused(String table, String blueprint, String time) {
    return new Place(
        table,
        Names.rawNamespace(blueprint) + "." + table,
        "'" + blueprint + ".' || stream",
        "",
        time,
        "code || ': ' || reason");
  }

  private static ObjectNode place(JsonNode row) {
    String place = row.path(0).asText();
    String stream = row.path(1).asText();
    String topic = place.equals("rejected") ? stream.replaceFirst("\\..*", ".rejected") : stream;
    return JSON.createObjectNode()
        .put("place", place)
        .put("stream", stream)
        .put(
            "position",
            new LogPosition(row.path(2).asInt(), topic, row.path(3).asInt(), row.path(4).asLong())
                .toString())
        .put("time", row.path(5).asText())
        .put("detail", row.path(6).asText());
  }

  /**
   * Where the log has the event: the positions that raw rows name and the log still keeps, and the
   * log's tail.
   */
  private void logged(
      String eventId,
      ServedStream stream,
      Map<String, Map<String, Books.Totals>> totals,
      List<JsonNode> rows,
      ArrayNode places) {
    List<TopicPartition> partitions = StatusReport.partitions(stream);
    Map<TopicPartition, Long> kept = log.beginnings(partitions);
    for (JsonNode row : rows) {
      if (row.path(0).asText().equals("raw") && row.path(1).asText().equals(stream.name())) {
        long offset = row.path(4).asLong();
        TopicPartition partition = new TopicPartition(stream.name(), row.path(3).asInt());
        boolean isKept =
            row.path(2).asInt() == stream.logEpoch() && offset >= kept.getOrDefault(partition, 0L);
        add(
            places,
            stream,
            partition.partition(),
            offset,
            row.path(5).asText(),
            isKept ? "" : "no longer kept");
      }
    }
    Map<Integer, Long> next =
        totals
            .getOrDefault(stream.blueprint().name(), Map.of())
            .getOrDefault(stream.spec().name(), Books.Totals.NONE)
            .nextOffsets();
    Map<TopicPartition, Long> from = new HashMap<>();
    for (TopicPartition partition : partitions) {
      from.put(
          partition,
          Math.max(next.getOrDefault(partition.partition(), 0L), kept.getOrDefault(partition, 0L)));
    }
    for (LogReader.Found found : log.find(eventId, from)) {
      String time = Instant.ofEpochMilli(found.timestampMillis()).toString();
      add(places, stream, found.partition(), found.offset(), time, "not yet in the tables");
    }
  }

  private static void add(
      ArrayNode places,
      ServedStream stream,
      int partition,
      long offset,
      String time,
      String detail) {
    places
        .addObject()
        .put("place", "log")
        .put("stream", stream.name())
        .put(
            "position",
            new LogPosition(stream.logEpoch(), stream.name(), partition, offset).toString())
        .put("time", time)
        .put("detail", detail);
  }
}

package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.lake.Commits;
import io.leat.stream.LakeTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds every place where an event is: log, raw, processed, quarantine, rejected. Its calls block.
 */
final class Trace {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An id that was sent more often gets the moments of this many records only. */
  private static final int MOST_MOMENTS = 50;

  private final StreamRegistry streams;
  private final LogReader log;
  private final Map<String, Books> books;
  private final Catalog catalog;
  private final Function<String, List<JsonNode>> sql;

  /**
   * @param sql runs a query and returns its rows, each an array
   */
  Trace(
      StreamRegistry streams,
      LogReader log,
      Map<String, Books> books,
      Catalog catalog,
      Function<String, List<JsonNode>> sql) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.catalog = catalog;
    this.sql = sql;
  }

  /** The kinds of places, in the order in which an event comes to them. */
  private enum Place {
    LOG,
    RAW,
    PROCESSED,
    QUARANTINE,
    REJECTED;

    static Place of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What happened to the event in a place at the time that is told. */
  private enum Moment {
    /** Kafka took it. */
    LOGGED,
    /** The snapshot with the row was committed. */
    COMMITTED,
    /** The gateway refused it. */
    REFUSED,
    /** The gateway received it: all that is known when the record or the snapshot is gone. */
    RECEIVED
  }

  private record Found(
      Place place, String stream, LogPosition position, Moment moment, String time, String detail) {
    static final Comparator<Found> ALONG_THE_WAY =
        Comparator.comparing(Found::place)
            .thenComparing(Found::time)
            .thenComparing(Found::position);

    ObjectNode json() {
      return JSON.createObjectNode()
          .put("place", place.text())
          .put("stream", stream)
          .put("position", position.toString())
          .put("moment", moment.name().toLowerCase(Locale.ROOT))
          .put("time", time)
          .put("detail", detail);
    }
  }

  /** A row of a table that has the event. */
  private record Row(
      Place place, String stream, LogPosition position, String received, String detail) {

    static Row of(JsonNode row) {
      Place place = Place.of(row.path(0).asText());
      String stream = row.path(1).asText();
      String topic = place == Place.REJECTED ? Names.rejectedTopic(blueprint(stream)) : stream;
      return new Row(
          place,
          stream,
          new LogPosition(row.path(2).asInt(), topic, row.path(3).asInt(), row.path(4).asLong()),
          row.path(5).asText(),
          row.path(6).asText());
    }

    private static String blueprint(String stream) {
      return stream.substring(0, stream.indexOf('.'));
    }

    private String name() {
      return stream.substring(stream.indexOf('.') + 1);
    }

    TableIdentifier table() {
      String blueprint = blueprint(stream);
      return switch (place) {
        case PROCESSED -> TableIdentifier.of(Names.processedNamespace(blueprint), name());
        case QUARANTINE -> TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.QUARANTINE);
        case REJECTED -> TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.REJECTED);
        case RAW, LOG -> TableIdentifier.of(Names.rawNamespace(blueprint), name());
      };
    }

    /** What no other row of the table fits. */
    Expression only() {
      String prefix = place == Place.PROCESSED ? "_" : "";
      Expression same =
          Expressions.and(
              Expressions.equal(prefix + "log_epoch", position.epoch()),
              Expressions.equal(prefix + "log_partition", position.partition()),
              Expressions.equal(prefix + "log_offset", position.offset()));
      return place == Place.QUARANTINE
          ? Expressions.and(same, Expressions.equal("stream", name()))
          : same;
    }
  }

  /**
   * The places of an event id in the streams that the principal may read; an empty list when
   * nothing is known of it there.
   */
  ObjectNode of(String eventId, Principal principal) {
    List<ServedStream> readable =
        streams.all().stream().filter(stream -> principal.mayRead(stream.name())).toList();
    if (readable.isEmpty()) {
      return json(eventId, List.of());
    }
    // The books first: what is committed after this is found twice rather than not at all.
    Map<String, Map<String, Books.Totals>> totals = new HashMap<>();
    books.forEach((blueprint, book) -> totals.put(blueprint, book.totals()));
    List<Row> rows = sql.apply(query(eventId, readable)).stream().map(Row::of).toList();
    List<Found> found = new ArrayList<>();
    for (ServedStream stream : readable) {
      found.addAll(logged(stream, rows));
      found.addAll(underWay(eventId, stream, totals));
    }
    found.addAll(inTables(rows));
    found.sort(Found.ALONG_THE_WAY);
    return json(eventId, found);
  }

  private static ObjectNode json(String eventId, List<Found> found) {
    ObjectNode trace = JSON.createObjectNode().put("id", eventId);
    ArrayNode places = trace.putArray("places");
    found.forEach(one -> places.add(one.json()));
    return trace;
  }

  private static String query(String eventId, List<ServedStream> readable) {
    String id = "'" + eventId.replace("'", "''") + "'";
    List<String> selects = new ArrayList<>();
    Map<String, List<String>> names = new TreeMap<>();
    for (ServedStream stream : readable) {
      String blueprint = stream.blueprint().name();
      names
          .computeIfAbsent(blueprint, any -> new ArrayList<>())
          .add("'" + stream.spec().name() + "'");
      String name = "'" + stream.name() + "'";
      String table = "." + stream.spec().name();
      String raw = Names.rawNamespace(blueprint) + table;
      String processed = Names.processedNamespace(blueprint) + table;
      String quality = "coalesce(array_to_string(_quality, ', '), '')";
      selects.add(select(Place.RAW, raw, name, "", "''", id));
      selects.add(select(Place.PROCESSED, processed, name, "_", quality, id));
    }
    names.forEach(
        (blueprint, ofBlueprint) -> {
          for (Place place : List.of(Place.QUARANTINE, Place.REJECTED)) {
            String table = Names.rawNamespace(blueprint) + "." + place.text();
            String stream = "'" + blueprint + ".' || stream";
            String of = " AND stream IN (" + String.join(", ", ofBlueprint) + ")";
            selects.add(select(place, table, stream, "", "code || ': ' || reason", id) + of);
          }
        });
    return selects.stream().collect(Collectors.joining("\nUNION ALL ")) + "\nORDER BY 6, 1";
  }

  /**
   * @param prefix what the names of Leat's own columns begin with: nothing, or an underscore in
   *     processed tables
   */
  private static String select(
      Place place, String table, String stream, String prefix, String detail, String idLiteral) {
    return String.join(
        " ",
        "SELECT '" + place.text() + "' AS place,",
        stream + " AS stream,",
        prefix + "log_epoch AS epoch,",
        prefix + "log_partition AS part,",
        prefix + "log_offset AS pos,",
        prefix + "received_at AS received,",
        detail + " AS detail",
        "FROM " + table,
        "WHERE " + prefix + "event_id = " + idLiteral);
  }

  private List<Found> inTables(List<Row> rows) {
    Map<TableIdentifier, Commits> commits = new HashMap<>();
    List<Found> found = new ArrayList<>();
    int asked = 0;
    for (Row row : rows) {
      Moment moment = row.place() == Place.REJECTED ? Moment.REFUSED : Moment.RECEIVED;
      String time = row.received();
      if (moment == Moment.RECEIVED && asked++ < MOST_MOMENTS) {
        Optional<Instant> committed =
            commits
                .computeIfAbsent(row.table(), id -> new Commits(catalog.loadTable(id)))
                .of(row.only());
        moment = committed.isPresent() ? Moment.COMMITTED : moment;
        time = committed.map(Instant::toString).orElse(time);
      }
      found.add(new Found(row.place(), row.stream(), row.position(), moment, time, row.detail()));
    }
    return found;
  }

  /** The positions that raw rows name, and whether the log still keeps them. */
  private List<Found> logged(ServedStream stream, List<Row> rows) {
    Map<TopicPartition, Long> kept = log.beginnings(StatusReport.partitions(stream));
    Map<LogPosition, Row> raw = new LinkedHashMap<>();
    rows.stream()
        .filter(row -> row.place() == Place.RAW && row.stream().equals(stream.name()))
        .forEach(row -> raw.put(row.position(), row));
    List<LogPosition> there =
        raw.keySet().stream().filter(position -> isKept(position, stream, kept)).toList();
    Map<LogPosition, Instant> times = log.times(there.stream().limit(MOST_MOMENTS).toList());
    List<Found> found = new ArrayList<>();
    raw.forEach(
        (position, row) -> {
          Instant time = times.get(position);
          found.add(
              new Found(
                  Place.LOG,
                  stream.name(),
                  position,
                  time == null ? Moment.RECEIVED : Moment.LOGGED,
                  time == null ? row.received() : time.toString(),
                  there.contains(position) ? "" : "no longer kept"));
        });
    return found;
  }

  private static boolean isKept(
      LogPosition position, ServedStream stream, Map<TopicPartition, Long> kept) {
    TopicPartition partition = new TopicPartition(stream.name(), position.partition());
    return position.epoch() == stream.logEpoch()
        && position.offset() >= kept.getOrDefault(partition, 0L);
  }

  /** What the log's tail, which is not yet in the tables, has of the event. */
  private List<Found> underWay(
      String eventId, ServedStream stream, Map<String, Map<String, Books.Totals>> totals) {
    List<TopicPartition> partitions = StatusReport.partitions(stream);
    Map<TopicPartition, Long> kept = log.beginnings(partitions);
    Map<Integer, Long> next =
        totals
            .getOrDefault(stream.blueprint().name(), Map.of())
            .getOrDefault(stream.spec().name(), Books.Totals.NONE)
            .nextOffsets(stream.logEpoch());
    Map<TopicPartition, Long> from = new HashMap<>();
    for (TopicPartition partition : partitions) {
      from.put(
          partition,
          Math.max(next.getOrDefault(partition.partition(), 0L), kept.getOrDefault(partition, 0L)));
    }
    List<Found> found = new ArrayList<>();
    for (LogReader.Found one : log.find(eventId, from)) {
      found.add(
          new Found(
              Place.LOG,
              stream.name(),
              new LogPosition(stream.logEpoch(), stream.name(), one.partition(), one.offset()),
              Moment.LOGGED,
              Instant.ofEpochMilli(one.timestampMillis()).toString(),
              "not yet in the tables"));
    }
    return found;
  }
}

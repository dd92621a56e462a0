package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.lake.Commits;
import io.leat.lake.EventTables;
import io.leat.lake.RowSearch;
import io.leat.stream.LakeTables;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds every place where an event is: log, raw, processed, quarantine, rejected. The raw tables
 * and the rejected records are looked through period by period, the newest first; what they have
 * leads to the rows of the other tables. Its calls block, for some seconds at most: how far back it
 * looked is part of the answer.
 */
final class Trace {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An id that was sent more often gets the moments of this many records only. */
  private static final int MOST_MOMENTS = 50;

  /** An id that was sent more often is told with this many of its records. */
  private static final int MOST_RECORDS = 200;

  /** Reading tables and the log's tail ends after this time, the whole a second later. */
  private static final Duration SEARCH_WITHIN = Duration.ofMillis(2_500);

  /** How far back the periods go that are looked through one after the other. */
  private static final List<Duration> PERIODS =
      List.of(
          Duration.ofMinutes(15),
          Duration.ofHours(2),
          Duration.ofDays(1),
          Duration.ofDays(2),
          Duration.ofDays(4),
          Duration.ofDays(8),
          Duration.ofDays(16),
          Duration.ofDays(32),
          Duration.ofDays(64));

  /** By how much a sender's clock may be ahead of the gateway's. */
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final StreamRegistry streams;
  private final LogReader log;
  private final BookKeeper books;
  private final Catalog catalog;
  private final Asking asking;
  private final InstantSource clock;

  Trace(
      StreamRegistry streams,
      LogReader log,
      BookKeeper books,
      Catalog catalog,
      Asking asking,
      InstantSource clock) {
    this.streams = streams;
    this.log = log;
    this.books = books;
    this.catalog = catalog;
    this.asking = asking;
    this.clock = clock;
  }

  /** The kinds of places, in the order in which an event comes to them. */
  private enum Place {
    LOG,
    RAW,
    PROCESSED,
    QUARANTINE,
    REJECTED;

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
      Place place, String stream, LogPosition position, @Nullable Instant received, String detail) {
    private static final Set<String> COLUMNS =
        Set.of("log_epoch", "log_partition", "log_offset", "received_at");

    /** What the tables are read for, by place. */
    static List<String> columns(Place place) {
      List<String> columns = new ArrayList<>();
      COLUMNS.forEach(column -> columns.add(prefix(place) + column));
      switch (place) {
        case PROCESSED -> columns.add(EventTables.QUALITY);
        case QUARANTINE, REJECTED -> columns.addAll(List.of("stream", "code", "reason"));
        case RAW, LOG -> {}
      }
      return columns;
    }

    /** What the names of Leat's own columns begin with. */
    static String prefix(Place place) {
      return place == Place.PROCESSED ? "_" : "";
    }

    static Row of(Place place, String stream, Record row) {
      String prefix = prefix(place);
      String blueprint = stream.substring(0, stream.indexOf('.'));
      String topic = place == Place.REJECTED ? Names.rejectedTopic(blueprint) : stream;
      return new Row(
          place,
          stream,
          new LogPosition(
              (Integer) row.getField(prefix + "log_epoch"),
              topic,
              (Integer) row.getField(prefix + "log_partition"),
              (Long) row.getField(prefix + "log_offset")),
          row.getField(prefix + "received_at") instanceof OffsetDateTime time
              ? time.toInstant()
              : null,
          detail(place, row));
    }

    private static String detail(Place place, Record row) {
      return switch (place) {
        case PROCESSED ->
            row.getField(EventTables.QUALITY) instanceof List<?> rules
                ? rules.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "";
        case QUARANTINE, REJECTED -> row.getField("code") + ": " + row.getField("reason");
        case RAW, LOG -> "";
      };
    }

    String receivedText() {
      return received == null ? "" : received.toString();
    }

    private String name() {
      return stream.substring(stream.indexOf('.') + 1);
    }

    /** What no other row of the table fits. */
    Expression only() {
      String prefix = prefix(place);
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

  /** A table of a place, and of which streams its rows may be told, by their names in it. */
  private record Source(
      Place place, String blueprint, Set<String> streams, EngineCalls.Pending<Table> pending) {
    static TableIdentifier id(Place place, String blueprint, String stream) {
      return switch (place) {
        case PROCESSED -> TableIdentifier.of(Names.processedNamespace(blueprint), stream);
        case QUARANTINE -> TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.QUARANTINE);
        case REJECTED -> TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.REJECTED);
        case RAW, LOG -> TableIdentifier.of(Names.rawNamespace(blueprint), stream);
      };
    }

    RowSearch search(Table table, String eventId) {
      String prefix = Row.prefix(place);
      return new RowSearch(
          table,
          Expressions.equal(prefix + "event_id", eventId),
          prefix + "received_at",
          Row.columns(place));
    }

    /** The row, if it is of a stream that may be told. */
    Optional<Row> row(Record record) {
      boolean isShared = place == Place.QUARANTINE || place == Place.REJECTED;
      String stream =
          isShared ? String.valueOf(record.getField("stream")) : streams.iterator().next();
      return streams.contains(stream)
          ? Optional.of(Row.of(place, Names.topic(blueprint, stream), record))
          : Optional.empty();
    }
  }

  /** A table's rows that were found, each once. */
  private static final class Rows {
    private final Source source;
    private final Table table;
    private final RowSearch search;
    private final Map<LogPosition, Row> found = new LinkedHashMap<>();

    Rows(Source source, String eventId) {
      this.source = source;
      this.table = source.pending().answer();
      this.search = source.search(table, eventId);
    }

    /** False when it stopped before it had seen all of the period. */
    boolean look(@Nullable Instant from, @Nullable Instant to, BooleanSupplier isOver) {
      return search.in(
          from,
          to,
          () -> found.size() >= MOST_RECORDS || isOver.getAsBoolean(),
          record -> source.row(record).ifPresent(row -> found.putIfAbsent(row.position(), row)));
    }
  }

  /** One answer as it is put together. Owned by one thread. */
  private final class Looking {
    private final String eventId;
    private final List<ServedStream> readable;
    private final Instant now = clock.instant();
    private final long until = System.nanoTime() + SEARCH_WITHIN.toNanos();
    private @Nullable Instant lookedBackTo;

    Looking(String eventId, List<ServedStream> readable) {
      this.eventId = eventId;
      this.readable = readable;
    }

    private boolean isOver() {
      return System.nanoTime() >= until;
    }

    ObjectNode answer() {
      // The books first: what is committed after this is found twice rather than not at all.
      Map<String, Map<Books.Epoch, Books.Totals>> totals = asking.ledger().ask(books::totals);
      EngineCalls.Pending<LogTail> tail = asking.log().begin(() -> tail(totals));
      List<Rows> logged = rows(Place.RAW);
      List<Rows> refused = rows(Place.REJECTED);
      List<Rows> processed = rows(Place.PROCESSED);
      List<Rows> quarantined = rows(Place.QUARANTINE);
      List<Rows> both = new ArrayList<>(logged);
      both.addAll(refused);
      lookBack(both);
      List<Row> raw = logged.stream().flatMap(rows -> rows.found.values().stream()).toList();
      follow(raw, processed);
      follow(raw, quarantined);
      List<Found> found = new ArrayList<>();
      found.addAll(inLog(raw, tail.answer()));
      for (List<Rows> all : List.of(logged, processed, quarantined, refused)) {
        all.forEach(rows -> found.addAll(inTable(rows)));
      }
      found.sort(Found.ALONG_THE_WAY);
      return json(eventId, found, lookedBackTo);
    }

    /** The tables of a place, asked for all at once. */
    private List<Rows> rows(Place place) {
      Map<TableIdentifier, Set<String>> streamsOf = new LinkedHashMap<>();
      Map<TableIdentifier, String> blueprints = new HashMap<>();
      for (ServedStream stream : readable) {
        String blueprint = stream.blueprint().name();
        TableIdentifier id = Source.id(place, blueprint, stream.spec().name());
        streamsOf.computeIfAbsent(id, any -> new TreeSet<>()).add(stream.spec().name());
        blueprints.put(id, blueprint);
      }
      List<Source> sources = new ArrayList<>();
      streamsOf.forEach(
          (id, names) ->
              sources.add(
                  new Source(
                      place,
                      Objects.requireNonNull(blueprints.get(id)),
                      names,
                      asking.lake().begin(() -> catalog.loadTable(id)))));
      return sources.stream().map(source -> new Rows(source, eventId)).toList();
    }

    /** Period by period through all tables, so that all are looked through equally far. */
    private void lookBack(List<Rows> tables) {
      Instant oldest = oldest(eventId, now);
      Instant to = null;
      for (int i = 0; i <= PERIODS.size(); i++) {
        Instant from = i < PERIODS.size() ? now.minus(PERIODS.get(i)) : null;
        boolean isLast = oldest != null && (from == null || !from.isAfter(oldest));
        for (Rows rows : tables) {
          if (!rows.look(isLast ? oldest : from, to, this::isOver)) {
            lookedBackTo = to == null ? now : to;
            return;
          }
        }
        if (isLast) {
          return;
        }
        to = from;
      }
    }

    /** The rows that became of raw ones: received when those were. */
    private void follow(List<Row> raw, List<Rows> tables) {
      for (Rows rows : tables) {
        List<Row> theirs =
            raw.stream()
                .filter(row -> row.stream().startsWith(rows.source.blueprint() + "."))
                .filter(row -> rows.source.streams().contains(row.name()))
                .toList();
        if (!theirs.isEmpty() && !look(rows, theirs) && lookedBackTo == null) {
          lookedBackTo = now;
        }
      }
    }

    private boolean look(Rows rows, List<Row> theirs) {
      List<Instant> received = new ArrayList<>();
      for (Row row : theirs) {
        if (row.received() != null) {
          received.add(row.received());
        }
      }
      boolean isKnown = received.size() == theirs.size();
      return rows.look(
          isKnown ? Collections.min(received) : null,
          isKnown ? Collections.max(received).plusMillis(1) : null,
          () -> System.nanoTime() >= until + Duration.ofMillis(500).toNanos());
    }

    private List<Found> inTable(Rows rows) {
      Commits commits = new Commits(rows.table);
      List<Found> found = new ArrayList<>();
      for (Row row : rows.found.values()) {
        Moment moment = row.place() == Place.REJECTED ? Moment.REFUSED : Moment.RECEIVED;
        String time = row.receivedText();
        if (moment == Moment.RECEIVED
            && found.size() < MOST_MOMENTS
            && System.nanoTime() < until + Duration.ofSeconds(1).toNanos()) {
          Optional<Instant> committed = commits.of(row.only());
          moment = committed.isPresent() ? Moment.COMMITTED : moment;
          time = committed.map(Instant::toString).orElse(time);
        }
        found.add(new Found(row.place(), row.stream(), row.position(), moment, time, row.detail()));
      }
      return found;
    }

    /** What the log still keeps, and what it has of the event that may not be in the tables. */
    private LogTail tail(Map<String, Map<Books.Epoch, Books.Totals>> totals) {
      List<TopicPartition> all = new ArrayList<>();
      readable.forEach(stream -> all.addAll(StatusReport.partitions(stream)));
      Map<TopicPartition, Long> kept = log.beginnings(all);
      Map<TopicPartition, Long> from = new HashMap<>();
      for (ServedStream stream : readable) {
        Map<Integer, Long> last = Books.totals(totals, stream).lastOffsets();
        for (TopicPartition partition : StatusReport.partitions(stream)) {
          from.put(
              partition,
              Math.max(
                  last.getOrDefault(partition.partition(), 0L), kept.getOrDefault(partition, 0L)));
        }
      }
      return new LogTail(kept, log.find(eventId, from));
    }

    /** The positions that raw rows name, and whether the log still keeps them; then its tail. */
    private List<Found> inLog(List<Row> raw, LogTail tail) {
      Map<String, ServedStream> byName = new HashMap<>();
      readable.forEach(stream -> byName.put(stream.name(), stream));
      Map<LogPosition, Row> rows = new LinkedHashMap<>();
      raw.forEach(row -> rows.put(row.position(), row));
      Set<LogPosition> there = new LinkedHashSet<>();
      rows.forEach(
          (position, row) -> {
            if (tail.keeps(position, Objects.requireNonNull(byName.get(row.stream())))) {
              there.add(position);
            }
          });
      Map<LogPosition, Instant> times =
          asking.log().ask(() -> log.times(there.stream().limit(MOST_MOMENTS).toList()));
      List<Found> found = new ArrayList<>();
      rows.forEach(
          (position, row) -> {
            Instant time = times.get(position);
            found.add(
                new Found(
                    Place.LOG,
                    row.stream(),
                    position,
                    time == null ? Moment.RECEIVED : Moment.LOGGED,
                    time == null ? row.receivedText() : time.toString(),
                    there.contains(position) ? "" : "no longer kept"));
          });
      for (LogReader.Found one : tail.found()) {
        int epoch = Objects.requireNonNull(byName.get(one.topic())).logEpoch();
        LogPosition position = new LogPosition(epoch, one.topic(), one.partition(), one.offset());
        if (!rows.containsKey(position)) {
          found.add(
              new Found(
                  Place.LOG,
                  one.topic(),
                  position,
                  Moment.LOGGED,
                  Instant.ofEpochMilli(one.timestampMillis()).toString(),
                  "not yet in the tables"));
        }
      }
      return found;
    }
  }

  private record LogTail(Map<TopicPartition, Long> kept, List<LogReader.Found> found) {
    boolean keeps(LogPosition position, ServedStream stream) {
      TopicPartition partition = new TopicPartition(stream.name(), position.partition());
      return position.epoch() == stream.logEpoch()
          && position.offset() >= kept.getOrDefault(partition, 0L);
    }
  }

  /**
   * The places of an event id in the streams that the principal may read; an empty list when
   * nothing is known of it there.
   *
   * @throws io.leat.event.LeatException when Kafka or the lake's catalog does not answer
   */
  ObjectNode of(String eventId, Principal principal) {
    List<ServedStream> readable =
        streams.all().stream().filter(stream -> principal.mayRead(stream.name())).toList();
    return readable.isEmpty()
        ? json(eventId, List.of(), null)
        : new Looking(eventId, readable).answer();
  }

  /**
   * Before this time no event with the id was received: an id of UUID version 7 has the time of its
   * making. Null when the id does not tell, or was made by a clock that is ahead.
   */
  private static @Nullable Instant oldest(String eventId, Instant now) {
    try {
      UUID id = UUID.fromString(eventId);
      Instant made = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
      return id.version() == 7 && id.toString().equalsIgnoreCase(eventId) && made.isBefore(now)
          ? made.minus(CLOCK_SKEW)
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static ObjectNode json(
      String eventId, List<Found> found, @Nullable Instant lookedBackTo) {
    ObjectNode trace =
        JSON.createObjectNode()
            .put("id", eventId)
            .put("looked_back_to", lookedBackTo == null ? null : lookedBackTo.toString());
    ArrayNode places = trace.putArray("places");
    found.forEach(one -> places.add(one.json()));
    return trace;
  }
}

package io.leat.app.platform;

import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.lake.RowSearch;
import io.leat.stream.LakeTables;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/** Reads the tables of what was kept, and of what became of it. Thread-safe; blocks. */
final class KeptTables {
  /** How far back the periods go that are looked through one after the other. */
  private static final List<Duration> PERIODS =
      List.of(
          Duration.ofMinutes(15),
          Duration.ofHours(2),
          Duration.ofDays(1),
          Duration.ofDays(4),
          Duration.ofDays(16),
          Duration.ofDays(64));

  private final Catalog catalog;
  private final EngineCalls lake;
  private final InstantSource clock;

  KeptTables(Catalog catalog, EngineCalls lake, InstantSource clock) {
    this.catalog = catalog;
    this.lake = lake;
    this.clock = clock;
  }

  /**
   * A raw row.
   *
   * @param supplied what the server supplied
   * @param attributes extension attributes, and where a redriven event comes from
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
  record RawRow(
      LogPosition position,
      @Nullable String eventId,
      @Nullable String source,
      @Nullable String type,
      @Nullable String subject,
      @Nullable Instant eventTime,
      @Nullable String client,
      String request,
      int requestIndex,
      String supplied,
      @Nullable String entityKey,
      @Nullable String contentType,
      Map<String, String> attributes,
      byte @Nullable [] payload) {
    static final List<String> COLUMNS =
        List.of(
            "event_id",
            "source",
            "type",
            "subject",
            "event_time",
            "client",
            "request_id",
            "request_index",
            "supplied",
            "entity_key",
            "content_type",
            "attributes",
            "log_epoch",
            "log_partition",
            "log_offset",
            "payload");

    static RawRow of(String topic, org.apache.iceberg.data.Record row) {
      Map<String, String> attributes = new TreeMap<>();
      if (row.getField("attributes") instanceof Map<?, ?> map) {
        map.forEach((name, value) -> attributes.put(name.toString(), String.valueOf(value)));
      }
      String request = KeptRecord.text(row, "request_id");
      String supplied = KeptRecord.text(row, "supplied");
      Integer index = (Integer) row.getField("request_index");
      return new RawRow(
          KeptRecord.position(topic, "", row),
          KeptRecord.text(row, "event_id"),
          KeptRecord.text(row, "source"),
          KeptRecord.text(row, "type"),
          KeptRecord.text(row, "subject"),
          KeptRecord.instant(row, "event_time"),
          KeptRecord.text(row, "client"),
          request == null ? "" : request,
          index == null ? 0 : index,
          supplied == null ? "" : supplied,
          KeptRecord.text(row, "entity_key"),
          KeptRecord.text(row, "content_type"),
          attributes,
          KeptRecord.bytes(row, "payload"));
    }
  }

  /** A row of processed, as far as it tells which event it is. */
  record ProcessedRow(String eventId, String client, LogPosition position, Instant received) {}

  /**
   * Tells the rows that fit, the newest first, period by period.
   *
   * @param streams by blueprint the streams whose records may be told; an empty list means all
   * @param enough asked between periods: whether older ones are not needed
   * @param isOver asked often: whether the time is over
   * @return the time before which it did not look, null when it looked through all or had enough
   */
  @Nullable Instant newestFirst(
      KeptFilter filter,
      Map<String, List<String>> streams,
      BooleanSupplier enough,
      BooleanSupplier isOver,
      Consumer<KeptRecord> found) {
    Instant now = clock.instant();
    List<Reading> readings = readings(filter, streams);
    Instant to = null;
    for (int i = 0; i <= PERIODS.size(); i++) {
      Instant from = i < PERIODS.size() ? now.minus(PERIODS.get(i)) : null;
      boolean isLast = from == null || (filter.from() != null && !from.isAfter(filter.from()));
      for (Reading reading : readings) {
        if (!reading.in(isLast ? filter.from() : from, to, isOver, found)) {
          return to == null ? now : to;
        }
      }
      if (isLast || enough.getAsBoolean()) {
        return null;
      }
      to = from;
    }
    return null;
  }

  private List<Reading> readings(KeptFilter filter, Map<String, List<String>> streams) {
    Map<String, EngineCalls.Pending<Table>> tables = new LinkedHashMap<>();
    streams
        .keySet()
        .forEach(
            blueprint ->
                tables.put(blueprint, lake.begin(() -> load(blueprint, filter.isRejected()))));
    List<Reading> readings = new ArrayList<>();
    tables.forEach(
        (blueprint, table) -> {
          List<String> names = streams.getOrDefault(blueprint, List.of());
          Expression row =
              names.isEmpty()
                  ? filter.row()
                  : Expressions.and(
                      filter.row(), Expressions.in("stream", names.toArray(Object[]::new)));
          RowSearch search =
              new RowSearch(
                  table.answer(),
                  row,
                  KeptRecord.timeColumn(filter.isRejected()),
                  KeptRecord.columns(filter.isRejected()));
          readings.add(new Reading(filter, blueprint, search));
        });
    return readings;
  }

  private record Reading(KeptFilter filter, String blueprint, RowSearch search) {
    /** Each record is told in one period only, though a file may reach into several. */
    boolean in(
        @Nullable Instant from,
        @Nullable Instant to,
        BooleanSupplier isOver,
        Consumer<KeptRecord> found) {
      return search.in(
          from,
          to,
          isOver,
          row -> {
            KeptRecord kept = KeptRecord.of(filter.isRejected(), blueprint, row);
            if ((from == null || !kept.time().isBefore(from))
                && (to == null || kept.time().isBefore(to))
                && filter.fitsTime(kept.time())) {
              found.accept(kept);
            }
          });
    }
  }

  private Table load(String blueprint, boolean rejected) {
    return catalog.loadTable(
        TableIdentifier.of(
            Names.rawNamespace(blueprint), rejected ? LakeTables.REJECTED : LakeTables.QUARANTINE));
  }

  /**
   * Records by their names, as far as they are there.
   *
   * @param withPayload whether their bytes are read too
   */
  Map<KeptId, KeptRecord> read(Collection<KeptId> ids, Payload withPayload) {
    Map<String, List<KeptId>> together = new LinkedHashMap<>();
    for (KeptId id : ids) {
      together.computeIfAbsent(id.isRejected() + id.blueprint(), k -> new ArrayList<>()).add(id);
    }
    Map<KeptId, KeptRecord> found = new HashMap<>();
    for (List<KeptId> some : together.values()) {
      boolean rejected = some.get(0).isRejected();
      String blueprint = some.get(0).blueprint();
      List<String> columns = new ArrayList<>(KeptRecord.columns(rejected));
      if (withPayload == Payload.READ) {
        columns.add("payload");
      }
      Set<KeptId> wanted = new HashSet<>(some);
      Table table = lake.ask(() -> load(blueprint, rejected));
      new RowSearch(
              table,
              at("", some.stream().map(KeptId::position).toList()),
              KeptRecord.timeColumn(rejected),
              columns)
          .in(
              null,
              null,
              () -> false,
              row -> {
                KeptRecord kept = KeptRecord.of(rejected, blueprint, row);
                if (wanted.contains(kept.id())) {
                  found.put(kept.id(), kept);
                }
              });
    }
    return found;
  }

  /** Whether the bytes of records are wanted. */
  enum Payload {
    READ,
    LEFT
  }

  /** Rows at these offsets, and some others. */
  private static Expression at(String prefix, Collection<LogPosition> positions) {
    return Expressions.and(
        Expressions.in(
            prefix + "log_partition",
            positions.stream().map(LogPosition::partition).distinct().toArray(Object[]::new)),
        Expressions.in(
            prefix + "log_offset",
            positions.stream().map(LogPosition::offset).distinct().toArray(Object[]::new)));
  }

  /**
   * The raw rows of a stream at some positions.
   *
   * @param from none of them was received before
   * @param to all of them were received before
   */
  Map<LogPosition, RawRow> rawAt(
      String stream, Collection<LogPosition> positions, Instant from, Instant to) {
    Map<LogPosition, RawRow> found = new HashMap<>();
    if (positions.isEmpty()) {
      return found;
    }
    Set<LogPosition> wanted = Set.copyOf(positions);
    raw(
        stream,
        at("", positions),
        from,
        to,
        row -> {
          if (wanted.contains(row.position())) {
            found.put(row.position(), row);
          }
        });
    return found;
  }

  /** The raw rows of an event id. */
  List<RawRow> rawOf(String stream, String eventId, Instant from, Instant to) {
    List<RawRow> found = new ArrayList<>();
    raw(stream, Expressions.equal("event_id", eventId), from, to, found::add);
    return found;
  }

  private void raw(
      String stream, Expression where, Instant from, Instant to, Consumer<RawRow> found) {
    int dot = stream.indexOf('.');
    TableIdentifier id =
        TableIdentifier.of(Names.rawNamespace(stream.substring(0, dot)), stream.substring(dot + 1));
    new RowSearch(lake.ask(() -> catalog.loadTable(id)), where, "received_at", RawRow.COLUMNS)
        .in(from, to, () -> false, row -> found.accept(RawRow.of(stream, row)));
  }

  /** The processed rows of a stream with one of these ids, received at a time or later. */
  List<ProcessedRow> processedOf(String stream, Collection<String> eventIds, Instant since) {
    return eventIds.isEmpty()
        ? List.of()
        : processed(
            stream,
            Expressions.in("_event_id", eventIds.stream().distinct().toArray(Object[]::new)),
            since);
  }

  /** The processed rows of a stream at some positions. */
  List<ProcessedRow> processedAt(String stream, Collection<LogPosition> positions) {
    Set<LogPosition> wanted = Set.copyOf(positions);
    return positions.isEmpty()
        ? List.of()
        : processed(stream, at("_", positions), null).stream()
            .filter(row -> wanted.contains(row.position()))
            .toList();
  }

  private List<ProcessedRow> processed(String stream, Expression where, @Nullable Instant since) {
    int dot = stream.indexOf('.');
    TableIdentifier id =
        TableIdentifier.of(
            Names.processedNamespace(stream.substring(0, dot)), stream.substring(dot + 1));
    List<ProcessedRow> found = new ArrayList<>();
    new RowSearch(
            lake.ask(() -> catalog.loadTable(id)),
            where,
            "_received_at",
            List.of(
                "_event_id",
                "_client",
                "_received_at",
                "_log_epoch",
                "_log_partition",
                "_log_offset"))
        .in(
            since,
            null,
            () -> false,
            row -> {
              String client = KeptRecord.text(row, "_client");
              Instant received = KeptRecord.instant(row, "_received_at");
              found.add(
                  new ProcessedRow(
                      String.valueOf(row.getField("_event_id")),
                      client == null ? "" : client,
                      KeptRecord.position(stream, "_", row),
                      received == null ? Instant.EPOCH : received));
            });
    return found;
  }
}

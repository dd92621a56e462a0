package io.leat.action.intake;

import io.leat.action.incident.DetectorReport;
import io.leat.action.incident.Incidents;
import io.leat.action.incident.TakenCounts;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.rules.alert.Alert;
import io.leat.rules.alert.AlertJson;
import io.leat.rules.alert.FiringSet;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records of a partition in: alerts, what they make of incidents, what targets are to be told
 * and how far that went are one transaction. So each record counts once, whoever crashes when.
 * Thread-safe; blocks.
 */
public final class IntakeTransaction {
  private static final Logger log = LoggerFactory.getLogger(IntakeTransaction.class);

  /** More of a record that cannot be understood is not kept. */
  static final int MOST_KEPT = 64 * 1024;

  /** A record that fails so often by itself is put aside: others wait for it. */
  static final int MOST_ATTEMPTS = 5;

  /** Counts the records that were put aside. */
  static final String POISON = "leat_alerts_poison_total";

  private final StateDatabase database;
  private final Incidents incidents;
  private final InstantSource clock;
  private final MeterRegistry registry;
  private final Map<IntakePartition, Suspect> suspects = new ConcurrentHashMap<>();

  /**
   * The record that a partition did not get beyond last.
   *
   * @param attempts with it alone that failed
   */
  private record Suspect(long offset, int attempts) {}

  public IntakeTransaction(
      StateDatabase database, Incidents incidents, InstantSource clock, MeterRegistry registry) {
    this.database = database;
    this.incidents = incidents;
    this.clock = clock;
    this.registry = registry;
  }

  /**
   * The offset of the first record that was not taken in yet: 0 of a partition that is new, or
   * whose topic was made anew.
   */
  public long nextOffset(IntakePartition of) {
    return database.transaction(
        "read how far alerts were taken in",
        connection -> {
          Sql.update(
              connection,
              "insert into alert_offset (blueprint, partition, epoch, next_offset) values (?, ?, ?,"
                  + " 0) on conflict (blueprint, partition) do update set epoch = excluded.epoch,"
                  + " next_offset = 0 where alert_offset.epoch < excluded.epoch",
              of.blueprint(),
              of.partition(),
              of.epoch());
          return Sql.first(
                  connection,
                  "select next_offset from alert_offset where blueprint = ? and partition = ? and"
                      + " epoch = ?",
                  row -> row.getLong(1),
                  of.blueprint(),
                  of.partition(),
                  of.epoch())
              .orElseThrow(() -> new OffsetLostException(of, 0));
        });
  }

  /**
   * Goes on elsewhere, because the log has no record at the offset: it gave some up, or lost its
   * end.
   *
   * @throws OffsetLostException when another one took records in meanwhile
   */
  public void skip(IntakePartition of, long from, long to) {
    database.transaction(
        "move on to the log's records",
        connection -> {
          advance(connection, of, from, to);
          return to;
        });
  }

  /**
   * Takes records in, in their order. One that cannot be understood, or that PostgreSQL refuses for
   * what it holds, is kept aside with its reason; so is one that fails by itself time after time
   * for another reason than PostgreSQL's condition.
   *
   * @param from the offset of the first that was not taken in, as this one knows it
   * @param records at or behind it
   * @return the offset behind the last
   * @throws OffsetLostException when another one took records in meanwhile; then nothing was done
   * @throws LeatException when it is to be tried again, from {@link #nextOffset}: some may be taken
   *     in
   */
  public long take(IntakePartition of, long from, List<AlertRecord> records) {
    if (records.isEmpty()) {
      return from;
    }
    if (records.size() > 1) {
      try {
        return take(of, from, records, null);
      } catch (RuntimeException e) {
        if (RecordFailure.reason(e) == null) {
          throw e;
        }
      }
    }
    long next = from;
    for (AlertRecord record : records) {
      next = takeAlone(of, next, record);
    }
    return next;
  }

  private long takeAlone(IntakePartition of, long from, AlertRecord record) {
    try {
      return take(of, from, List.of(record), null);
    } catch (RuntimeException e) {
      String reason = RecordFailure.reason(e);
      if (reason == null) {
        throw e;
      }
      if (!RecordFailure.isOfData(e) && attempts(of, record) < MOST_ATTEMPTS) {
        throw failure(of, record, reason, e);
      }
      long next = putAside(of, from, record, reason);
      if (!RecordFailure.isOfData(e)) {
        log.error("Because of this a record is put aside", e);
      }
      return next;
    }
  }

  /** Asks for silences and rules as the attempts did: when these fail for all, so does this. */
  private long putAside(IntakePartition of, long from, AlertRecord record, String reason) {
    try {
      long next = take(of, from, List.of(record), reason);
      suspects.remove(of);
      return next;
    } catch (RuntimeException e) {
      String why = RecordFailure.reason(e);
      throw why == null ? e : failure(of, record, why, e);
    }
  }

  private static LeatException failure(
      IntakePartition of, AlertRecord record, String reason, RuntimeException e) {
    return new LeatException(
        ErrorCode.INTERNAL,
        "The record at "
            + record.offset()
            + " of partition "
            + of.partition()
            + " of "
            + IntakePartition.topic(of.blueprint())
            + " fails: "
            + reason,
        e);
  }

  /** How often the record has failed by itself, with this time. */
  private int attempts(IntakePartition of, AlertRecord record) {
    return suspects
        .merge(
            of,
            new Suspect(record.offset(), 1),
            (known, first) ->
                known.offset() == first.offset()
                    ? new Suspect(known.offset(), known.attempts() + 1)
                    : first)
        .attempts();
  }

  private long take(
      IntakePartition of, long from, List<AlertRecord> records, @Nullable String poison) {
    record Poison(AlertRecord record, String reason) {}

    List<DetectorReport> reports = new ArrayList<>();
    List<Poison> poisons = new ArrayList<>();
    for (AlertRecord record : records) {
      try {
        if (poison != null) {
          throw new IllegalArgumentException(poison);
        }
        reports.add(read(of.blueprint(), record));
      } catch (RuntimeException e) {
        poisons.add(new Poison(record, Objects.requireNonNullElse(e.getMessage(), e.toString())));
      }
    }
    long next = records.get(records.size() - 1).offset() + 1;
    TakenCounts counts =
        database.transaction(
            "take alerts in",
            connection -> {
              advance(connection, of, from, next);
              for (Poison one : poisons) {
                keep(connection, of, one.record(), one.reason());
              }
              return incidents.take(connection, of.blueprint(), reports);
            });
    incidents.committed(of.blueprint(), counts);
    for (Poison one : poisons) {
      registry.counter(POISON, "blueprint", of.blueprint()).increment();
      log.error(
          "Put aside the record at {} of partition {} of {}: {}",
          one.record().offset(),
          of.partition(),
          IntakePartition.topic(of.blueprint()),
          one.reason());
    }
    return next;
  }

  private static void advance(Connection connection, IntakePartition of, long from, long to)
      throws SQLException {
    int mine =
        Sql.update(
            connection,
            "update alert_offset set next_offset = ? where blueprint = ? and partition = ? and"
                + " epoch = ? and next_offset = ?",
            to,
            of.blueprint(),
            of.partition(),
            of.epoch(),
            from);
    if (mine == 0) {
      throw new OffsetLostException(of, from);
    }
  }

  private void keep(Connection connection, IntakePartition of, AlertRecord record, String reason)
      throws SQLException {
    byte[] value = record.value();
    Sql.update(
        connection,
        "insert into alert_poison (blueprint, partition, epoch, log_offset, type, record, length,"
            + " reason, recorded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        of.blueprint(),
        of.partition(),
        of.epoch(),
        record.offset(),
        record.type() == null ? null : printable(record.type()),
        value == null ? null : Arrays.copyOf(value, Math.min(value.length, MOST_KEPT)),
        value == null ? 0 : value.length,
        printable(reason),
        Sql.micros(clock.instant()));
  }

  /** What PostgreSQL cannot keep in a text becomes what it can. */
  private static String printable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  private static DetectorReport read(String blueprint, AlertRecord record) {
    byte[] value = record.value();
    if (value == null) {
      throw new IllegalArgumentException("it has no value");
    }
    byte[] bytes = withoutNul(value);
    String type = record.type();
    if (AlertJson.FIRING_SET.equals(type)) {
      FiringSet set = AlertJson.decodeFiringSet(bytes);
      requireBlueprint(blueprint, set.blueprint());
      if (set.tasks() < 1 || set.task() < 0 || set.task() >= set.tasks() || set.parts() < 1) {
        throw new IllegalArgumentException("task " + set.task() + " of " + set.tasks());
      }
      return new DetectorReport.OfFiringSet(set);
    }
    if (AlertJson.FIRING.equals(type) || AlertJson.RESOLVED.equals(type)) {
      Alert alert = wellFormed(AlertJson.decodeAlert(bytes), bytes);
      requireBlueprint(blueprint, alert.blueprint());
      if (alert.id().isBlank()) {
        throw new IllegalArgumentException("'id' is empty");
      }
      if (!AlertJson.type(alert.state()).equals(type)) {
        throw new IllegalArgumentException(
            "its ce_type is " + type + ", its state " + alert.state());
      }
      return new DetectorReport.OfAlert(alert);
    }
    throw new IllegalArgumentException("its ce_type is " + type);
  }

  /** A device may be called by what PostgreSQL's JSON cannot hold; it is an alert all the same. */
  private static byte[] withoutNul(byte[] json) {
    String text = new String(json, StandardCharsets.UTF_8);
    return text.contains("\\u0000")
        ? text.replace("\\u0000", "\\ufffd").getBytes(StandardCharsets.UTF_8)
        : json;
  }

  /**
   * Half of a surrogate pair, which only an escape can be, is a question mark in UTF-8 and so in
   * PostgreSQL; here too, or what was written would not be found again.
   */
  private static Alert wellFormed(Alert alert, byte[] json) {
    return new String(json, StandardCharsets.UTF_8).contains("\\u")
        ? AlertJson.decodeAlert(AlertJson.encode(alert))
        : alert;
  }

  private static void requireBlueprint(String expected, String found) {
    if (!expected.equals(found)) {
      throw new IllegalArgumentException("'blueprint' is " + found + ", not " + expected);
    }
  }
}

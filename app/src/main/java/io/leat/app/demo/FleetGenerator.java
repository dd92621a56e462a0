package io.leat.app.demo;

import io.leat.event.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A fleet of machines that send heartbeats, telemetry, faults and transactions, most of them well,
 * some not: repeated, late, malformed, implausible. The same arguments give the same bytes. Owned
 * by one thread.
 *
 * <p>Records come in decks of {@value #DECK}: each deck holds the same number of each {@link Kind},
 * shuffled, so that even a short run has some of all.
 */
final class FleetGenerator implements RecordFeed {
  static final int DECK = 200;
  private static final int REMEMBERED = 2_000;

  private final Random random;
  private final String run;
  private final Instant start;
  private final Duration length;
  private final long size;
  private final List<Machine> machines = new ArrayList<>();
  private final FleetMessages messages;
  private final List<Kind> deck = new ArrayList<>();
  private final List<Sent> remembered = new ArrayList<>();
  private long produced;

  /** What a record is like. */
  enum Kind {
    HEARTBEAT(82),
    TELEMETRY(64),
    TRANSACTION(22),
    FAULT(10),
    /** Carries no id; the server gives one. */
    WITHOUT_ID(2),
    /** Has a property that the schema does not know. */
    UNDECLARED(2),
    /** Breaks a rule that only flags. */
    FLAGGED(2),
    /** From a machine that was cut off for hours. */
    LATE(4),
    /** Byte for byte a record sent before. */
    DUPLICATE(3),
    /** The id of a record sent before, with another payload. */
    CONFLICT(1),
    /** Passes the schema, breaks a rule that quarantines. */
    IMPLAUSIBLE(2),
    /** Its time lies before or after what the stream takes. */
    OUT_OF_TIME(1),
    BROKEN_JSON(1),
    DOUBLE_KEY(1),
    WRONG_TYPE(1),
    MISSING_PROPERTY(1),
    MISSING_KEY(1);

    private final int inDeck;

    Kind(int inDeck) {
      this.inDeck = inDeck;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sent(String stream, Machine machine, String id, byte[] line) {}

  /**
   * @param seed decides everything that is left open
   * @param devices machines in the fleet
   * @param run part of every event id, so that another run's events are others
   * @param start the time of the first event
   * @param length how much time the events cover
   * @param size how many records
   */
  FleetGenerator(long seed, int devices, String run, Instant start, Duration length, long size) {
    this.random = new Random(seed);
    this.run = run;
    this.start = start;
    this.length = length;
    this.size = size;
    this.messages = new FleetMessages(random, start);
    for (int i = 1; i <= devices; i++) {
      machines.add(new Machine(i, random));
    }
  }

  /** Of which only what never changes may be used elsewhere. */
  List<Machine> machines() {
    return List.copyOf(machines);
  }

  @Override
  public boolean hasNext() {
    return produced < size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public DemoRecord next() {
    if (deck.isEmpty()) {
      shuffle();
    }
    Kind kind = deck.remove(deck.size() - 1);
    Instant time = start.plusMillis(length.toMillis() * produced / Math.max(1, size));
    produced++;
    boolean repeats = kind == Kind.DUPLICATE || kind == Kind.CONFLICT;
    if (repeats && remembered.isEmpty()) {
      kind = Kind.HEARTBEAT;
    }
    return switch (kind) {
      case DUPLICATE -> duplicate();
      case CONFLICT -> conflict(time);
      case LATE -> plain(anyStream(), time.minus(random.nextInt(48 * 60) + 60, ChronoUnit.MINUTES));
      case HEARTBEAT -> plain("heartbeat", time);
      case TELEMETRY -> plain("telemetry", time);
      case TRANSACTION -> plain("transaction", time);
      case FAULT -> plain("fault", time);
      default -> special(kind, time);
    };
  }

  private DemoRecord plain(String stream, Instant time) {
    Machine machine = machine();
    String id = id(machine);
    byte[] line = bytes(messages.of(stream, machine, id, time).text());
    remember(new Sent(stream, machine, id, line));
    return new DemoRecord(stream, machine.id, line, Fate.PROCESSED);
  }

  private DemoRecord special(Kind kind, Instant time) {
    Machine machine = machine();
    String id = id(machine);
    return switch (kind) {
      case WITHOUT_ID ->
          record("heartbeat", machine, messages.heartbeat(machine, null, time), Fate.PROCESSED);
      case UNDECLARED ->
          record(
              "telemetry",
              machine,
              messages.telemetry(machine, id, time).number("fan_rpm", random.nextInt(4_000)),
              Fate.PROCESSED);
      case FLAGGED ->
          record(
              "telemetry",
              machine,
              messages.telemetry(machine, id, time).number("cpu_percent", 101 + random.nextInt(9)),
              Fate.PROCESSED);
      case IMPLAUSIBLE -> implausible(machine, id, time);
      case OUT_OF_TIME -> {
        Instant odd =
            random.nextBoolean()
                ? time.plus(2, ChronoUnit.HOURS)
                : time.minus(500, ChronoUnit.DAYS);
        yield record(
            "heartbeat",
            machine,
            messages.heartbeat(machine, id, odd),
            Fate.quarantined(ErrorCode.TIME_OUT_OF_RANGE));
      }
      default -> rejected(kind, machine, id, time);
    };
  }

  private DemoRecord implausible(Machine machine, String id, Instant time) {
    Fate fate = Fate.quarantined(ErrorCode.QUALITY_RULE_FAILED);
    if (random.nextBoolean()) {
      JsonLine broken = messages.bare(machine, id, time).number("temperature_c", 850.5);
      return record("telemetry", machine, broken, fate);
    }
    return record("transaction", machine, messages.transaction(machine, id, time, -500), fate);
  }

  private DemoRecord rejected(Kind kind, Machine machine, String id, Instant time) {
    return switch (kind) {
      case BROKEN_JSON -> {
        String whole = messages.telemetry(machine, id, time).text();
        yield new DemoRecord(
            "telemetry",
            machine.id,
            bytes(whole.substring(0, whole.length() - 1)),
            Fate.rejected(ErrorCode.MALFORMED_JSON));
      }
      case DOUBLE_KEY ->
          record(
              "heartbeat",
              machine,
              messages.heartbeat(machine, id, time).text("device_id", machine.id),
              Fate.rejected(ErrorCode.DUPLICATE_JSON_KEY));
      case WRONG_TYPE ->
          record(
              "telemetry",
              machine,
              messages.bare(machine, id, time).text("temperature_c", "hot"),
              Fate.rejected(ErrorCode.SCHEMA_VIOLATION));
      case MISSING_PROPERTY ->
          record(
              "transaction",
              machine,
              messages.bare(machine, id, time).number("amount_minor", 250),
              Fate.rejected(ErrorCode.SCHEMA_VIOLATION));
      default ->
          record(
              "fault",
              machine,
              new JsonLine()
                  .text("event_id", id)
                  .text("ts", FleetMessages.text(time))
                  .text("code", "DOOR-STUCK")
                  .text("severity", "minor"),
              Fate.rejected(ErrorCode.MISSING_KEY));
    };
  }

  private DemoRecord duplicate() {
    Sent sent = remembered.get(random.nextInt(remembered.size()));
    return new DemoRecord(sent.stream(), sent.machine().id, sent.line(), Fate.DUPLICATE);
  }

  /** Differs from the first in a property that the first cannot have had. */
  private DemoRecord conflict(Instant time) {
    Sent sent = remembered.get(random.nextInt(remembered.size()));
    JsonLine other =
        messages.of(sent.stream(), sent.machine(), sent.id(), time).text("note", "id used twice");
    return record(
        sent.stream(), sent.machine(), other, Fate.quarantined(ErrorCode.EVENT_ID_CONFLICT));
  }

  private static DemoRecord record(String stream, Machine machine, JsonLine line, Fate fate) {
    return new DemoRecord(stream, machine.id, bytes(line.text()), fate);
  }

  private void remember(Sent sent) {
    if (remembered.size() < REMEMBERED) {
      remembered.add(sent);
    } else {
      remembered.set(random.nextInt(REMEMBERED), sent);
    }
  }

  private void shuffle() {
    for (Kind kind : Kind.values()) {
      deck.addAll(Collections.nCopies(kind.inDeck, kind));
    }
    Collections.shuffle(deck, random);
  }

  private String anyStream() {
    return List.of("heartbeat", "telemetry", "telemetry", "transaction", "fault")
        .get(random.nextInt(5));
  }

  private Machine machine() {
    return machines.get(random.nextInt(machines.size()));
  }

  private String id(Machine machine) {
    return machine.id + "-" + run + "-" + machine.nextEvent();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

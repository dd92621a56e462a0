package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LogHeaders;
import io.leat.event.LogPosition;
import io.leat.event.Timestamps;
import io.leat.gateway.RedrivePreparation;
import io.leat.gateway.RedrivePreparation.Original;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Message;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.leat.state.Replay;
import io.leat.state.Replays;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Makes kept records ready to be sent once more, by today's rules of the gateway, and tells which
 * of them are in processed already. Nothing happens to them. Thread-safe; blocks.
 */
final class RecordCheck {
  /** The gateway looks at the entity before it gives one of these. */
  private static final Set<String> ENTITY_WAS_ALLOWED =
      Set.of(
          ErrorCode.SCHEMA_VIOLATION.code(),
          ErrorCode.INVALID_TIME.code(),
          ErrorCode.RECORD_TOO_LARGE.code());

  private final StreamRegistry streams;
  private final KeptTables tables;
  private final RedrivePreparation preparation;
  private final Clients clients;
  private final Replays replays;

  RecordCheck(
      StreamRegistry streams,
      KeptTables tables,
      RedrivePreparation preparation,
      Clients clients,
      Replays replays) {
    this.streams = streams;
    this.tables = tables;
    this.preparation = preparation;
    this.clients = clients;
    this.replays = replays;
  }

  /** A record, and which attempt is made with it. */
  record Wanted(KeptRecord record, String origin, int attempt) {}

  /**
   * What the gateway says of a record today.
   *
   * @param refusal why it is refused; null when it is not
   * @param stream null when there is none any more
   * @param message for the log; null when it is refused
   */
  record Checked(
      Wanted wanted,
      @Nullable Refusal refusal,
      @Nullable ServedStream stream,
      @Nullable Message message,
      String eventId) {
    static Checked refused(Wanted wanted, @Nullable ServedStream stream, Refusal refusal) {
      return new Checked(wanted, refusal, stream, null, "");
    }

    static Checked refused(
        Wanted wanted, @Nullable ServedStream stream, ErrorCode code, String reason) {
      return refused(wanted, stream, Refusal.of(code, reason));
    }

    /** The event time of a message, microseconds since the epoch. */
    long eventMicros() {
      if (message != null) {
        for (Header header : message.headers()) {
          if (header.key().equals(LogHeaders.TIME)) {
            return Timestamps.parseMicros(new String(header.value(), StandardCharsets.UTF_8));
          }
        }
      }
      return Timestamps.INVALID;
    }

    /** The event's data; empty when it is refused. */
    byte[] data() {
      return message == null
          ? new byte[0]
          : Arrays.copyOfRange(message.body(), message.start(), message.end());
    }

    String client() {
      return wanted.record().client() == null ? "" : wanted.record().client();
    }
  }

  /**
   * An event that is in processed already.
   *
   * @param isSame whether it has the same payload
   */
  record Earlier(LogPosition position, boolean isSame) {}

  /** Judges records whose payloads were read, each for itself. */
  List<Checked> check(List<Wanted> wanted) {
    Map<KeptId, KeptTables.RawRow> raw = rawRows(wanted.stream().map(Wanted::record).toList());
    Map<String, Client> known = new HashMap<>();
    if (wanted.stream().anyMatch(w -> w.record().id().isRejected())) {
      clients.snapshot().clients().forEach(client -> known.put(client.id(), client));
    }
    List<Replay> unfinished = replays.unfinished();
    List<Checked> checked = new ArrayList<>();
    for (Wanted one : wanted) {
      Refusal replayed = replayed(one.record(), unfinished);
      checked.add(
          replayed == null
              ? check(one, raw.get(one.record().id()), known)
              : Checked.refused(one, streams.find(one.record().stream()), replayed));
    }
    return checked;
  }

  /** A replay may let in the same record, at its own position. */
  static @Nullable Refusal replayed(KeptRecord record, List<Replay> unfinished) {
    if (record.id().isRejected()) {
      return null; // it is not in raw
    }
    for (Replay replay : unfinished) {
      if (replay.topic().equals(record.stream())
          && !record.received().isBefore(replay.from())
          && record.received().isBefore(replay.to())) {
        return Refusal.of(
            ErrorCode.CONFLICT,
            "it was received in the period of the replay "
                + replay.id()
                + ", which is "
                + replay.state().text()
                + " and may let it in: switch to that or drop it first");
      }
    }
    return null;
  }

  private Checked check(Wanted wanted, KeptTables.@Nullable RawRow raw, Map<String, Client> known) {
    KeptRecord record = wanted.record();
    ServedStream stream = streams.find(record.stream());
    if (stream == null) {
      return Checked.refused(
          wanted,
          null,
          ErrorCode.UNKNOWN_STREAM,
          "There is no stream '" + record.stream() + "' any more");
    }
    byte[] payload = record.payload();
    if (payload == null) {
      return Checked.refused(
          wanted, stream, ErrorCode.UNPARSABLE_RECORD, "the record has no value");
    }
    Original original;
    if (record.id().isRejected()) {
      Refusal refusal = lost(record, payload, known);
      if (refusal != null) {
        return Checked.refused(wanted, stream, refusal);
      }
      original = refused(record, payload, known);
    } else if (raw == null) {
      return Checked.refused(
          wanted,
          stream,
          ErrorCode.NOT_FOUND,
          "its raw row, which has the rest of the event, is not there any more");
    } else {
      original = logged(record, payload, raw);
    }
    RedrivePreparation.Result result =
        preparation.prepare(stream, original, wanted.origin(), wanted.attempt());
    return new Checked(
        wanted, result.refusal(), stream, result.message(), result.id() == null ? "" : result.id());
  }

  /** Why a refused record is not whole enough to be judged; null when it is. */
  private static @Nullable Refusal lost(
      KeptRecord record, byte[] payload, Map<String, Client> known) {
    if (record.requestIndex() < 0) {
      return Refusal.of(
          ErrorCode.BAD_REQUEST,
          "a body was refused as a whole, which is not one record; its sender must send it anew");
    }
    if (record.originalLength() > payload.length) {
      return Refusal.of(
          ErrorCode.PAYLOAD_TRUNCATED,
          "of the record's "
              + record.originalLength()
              + " bytes only the first "
              + payload.length
              + " were kept; its sender must send it anew");
    }
    boolean isKnown = record.client() != null && known.containsKey(record.client());
    return isKnown || ENTITY_WAS_ALLOWED.contains(record.code())
        ? null
        : Refusal.of(
            ErrorCode.ENTITY_MISMATCH,
            "its client is not registered here, so that nobody knows for which entities it may"
                + " send; its sender must send it anew");
  }

  private static Original refused(KeptRecord record, byte[] payload, Map<String, Client> known) {
    String id = record.client() == null ? "" : record.client();
    Client client = known.get(id);
    Set<String> entities = client == null ? Set.of() : Set.copyOf(client.entityKeys());
    return new RedrivePreparation.Refused(
        sender(id, entities),
        record.request(),
        record.requestIndex(),
        Timestamps.toMicros(record.received()),
        payload,
        record.eventId());
  }

  /** The log took it: its entity was the client's then. */
  private static Original logged(KeptRecord record, byte[] payload, KeptTables.RawRow raw) {
    String client = raw.client() == null ? "" : raw.client();
    String id = raw.eventId();
    return new RedrivePreparation.Logged(
        sender(client, Set.of()),
        raw.request(),
        raw.requestIndex(),
        Timestamps.toMicros(record.received()),
        payload,
        attributes(record, client, raw),
        raw.contentType(),
        id == null ? record.id().position().toString() : id,
        raw.supplied().indexOf('i') >= 0);
  }

  private static Principal sender(String client, Set<String> entities) {
    return new Principal(client, client, Set.of(Role.SEND), StreamScope.ALL, entities);
  }

  /** Of the CloudEvent that it was; null when it was none. */
  private static @Nullable Map<String, String> attributes(
      KeptRecord record, String client, KeptTables.RawRow raw) {
    Map<String, String> more = new TreeMap<>(raw.attributes());
    more.remove(LogHeaders.REDRIVE);
    boolean isPlain =
        raw.source() == null
            || raw.type() == null
            || (raw.source().equals("urn:leat:client:" + client)
                && raw.type().equals(record.stream())
                && raw.subject() == null
                && more.isEmpty());
    if (isPlain) {
      return null;
    }
    more.put("specversion", "1.0");
    more.put("id", raw.eventId() == null ? record.id().position().toString() : raw.eventId());
    more.put("source", String.valueOf(raw.source()));
    more.put("type", String.valueOf(raw.type()));
    if (raw.subject() != null) {
      more.put("subject", raw.subject());
    }
    if (raw.eventTime() != null && raw.supplied().indexOf('t') < 0) {
      more.put("time", raw.eventTime().toString());
    }
    return more;
  }

  private Map<KeptId, KeptTables.RawRow> rawRows(Collection<KeptRecord> records) {
    Map<String, List<KeptRecord>> byStream = new HashMap<>();
    for (KeptRecord record : records) {
      if (!record.id().isRejected() && streams.find(record.stream()) != null) {
        byStream.computeIfAbsent(record.stream(), s -> new ArrayList<>()).add(record);
      }
    }
    Map<KeptId, KeptTables.RawRow> rows = new HashMap<>();
    byStream.forEach(
        (stream, some) -> {
          Instant from = some.stream().map(KeptRecord::received).min(Instant::compareTo).get();
          Instant to = some.stream().map(KeptRecord::received).max(Instant::compareTo).get();
          tables
              .rawAt(
                  stream,
                  some.stream().map(r -> r.id().position()).toList(),
                  from,
                  to.plusMillis(1))
              .forEach((position, row) -> rows.put(new KeptId(false, position), row));
        });
    return rows;
  }

  /**
   * Which of the records are in processed already, under their id and within the window before
   * them, as deduplication would tell if it remembered for ever.
   */
  Map<KeptId, Earlier> earlier(List<Checked> checked) {
    Map<String, List<Checked>> byStream = new HashMap<>();
    for (Checked one : checked) {
      if (one.message() != null) {
        byStream.computeIfAbsent(one.wanted().record().stream(), s -> new ArrayList<>()).add(one);
      }
    }
    Map<KeptId, Earlier> earlier = new HashMap<>();
    byStream.forEach((stream, some) -> earlier(stream, some, earlier));
    return earlier;
  }

  private void earlier(String stream, List<Checked> some, Map<KeptId, Earlier> earlier) {
    ServedStream served = streams.find(stream);
    if (served == null) {
      return;
    }
    Map<String, Checked> byIdentity = new HashMap<>();
    Instant oldest = Instant.MAX;
    for (Checked one : some) {
      byIdentity.put(one.client() + '\0' + one.eventId(), one);
      Instant from = one.wanted().record().received().minus(served.spec().dedupe());
      oldest = from.isBefore(oldest) ? from : oldest;
    }
    List<KeptTables.ProcessedRow> rows =
        tables.processedOf(stream, some.stream().map(Checked::eventId).toList(), oldest);
    for (KeptTables.ProcessedRow row : rows) {
      Checked one = byIdentity.get(row.client() + '\0' + row.eventId());
      if (one != null
          && row.received()
              .isAfter(one.wanted().record().received().minus(served.spec().dedupe()))) {
        compare(stream, one, row, earlier);
      }
    }
  }

  /** An id is one entity's: with another key it is another event. */
  private void compare(
      String stream, Checked one, KeptTables.ProcessedRow row, Map<KeptId, Earlier> earlier) {
    KeptTables.RawRow raw =
        tables
            .rawAt(stream, List.of(row.position()), row.received(), row.received().plusMillis(1))
            .get(row.position());
    Message message = one.message();
    if (raw == null || message == null || message.key() == null) {
      return;
    }
    if (new String(message.key(), StandardCharsets.UTF_8).equals(raw.entityKey())) {
      earlier.put(
          one.wanted().record().id(),
          new Earlier(row.position(), Arrays.equals(one.data(), raw.payload())));
    }
  }
}

package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.state.Redrive;
import io.leat.state.Redrives;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells what was quarantined or refused, and what became of it since. Its calls block, for some
 * seconds at most: how far back it looked is part of the answer. Thread-safe.
 */
final class Quarantine {
  /** Reading tables ends after this time. */
  static final Duration WITHIN = Duration.ofMillis(2_500);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_GROUPS = 1_000;

  private final StreamRegistry streams;
  private final KeptTables tables;
  private final Redrives redrives;
  private final Verdicts verdicts;
  private final EngineCalls state;

  Quarantine(
      StreamRegistry streams,
      KeptTables tables,
      Redrives redrives,
      Verdicts verdicts,
      EngineCalls state) {
    this.streams = streams;
    this.tables = tables;
    this.redrives = redrives;
    this.verdicts = verdicts;
    this.state = state;
  }

  /** By blueprint the streams that the principal may read; an empty list means all of them. */
  static Map<String, List<String>> readable(
      StreamRegistry streams, Principal principal, @Nullable String stream) {
    if (stream != null) {
      if (!principal.mayRead(stream)) {
        throw new LeatException(
            ErrorCode.FORBIDDEN,
            "The client '" + principal.name() + "' may not read the stream '" + stream + "'");
      }
      if (streams.find(stream) == null) {
        throw new LeatException(ErrorCode.UNKNOWN_STREAM, "There is no stream '" + stream + "'");
      }
      int dot = stream.indexOf('.');
      return Map.of(stream.substring(0, dot), List.of(stream.substring(dot + 1)));
    }
    Map<String, List<String>> readable = new LinkedHashMap<>();
    streams.all().stream()
        .filter(served -> principal.mayRead(served.name()))
        .forEach(
            served ->
                readable
                    .computeIfAbsent(served.blueprint().name(), b -> new ArrayList<>())
                    .add(served.spec().name()));
    readable.replaceAll(
        (blueprint, names) -> principal.mayRead(blueprint + ".*") ? List.of() : names);
    return Collections.unmodifiableMap(readable);
  }

  static BooleanSupplier timeIsOver() {
    long until = System.nanoTime() + WITHIN.toNanos();
    return () -> System.nanoTime() >= until;
  }

  /** The newest records that are meant, the newest first. */
  ObjectNode list(KeptFilter filter, int limit, Principal principal) {
    PriorityQueue<KeptRecord> newest = new PriorityQueue<>(KeptRecord.OLDEST_FIRST);
    long[] found = new long[1];
    Instant back =
        tables.newestFirst(
            filter,
            readable(streams, principal, filter.stream()),
            () -> newest.size() >= limit,
            timeIsOver(),
            record -> {
              found[0]++;
              newest.add(record);
              if (newest.size() > limit) {
                newest.remove();
              }
            });
    List<KeptRecord> records = new ArrayList<>(newest);
    records.sort(KeptRecord.OLDEST_FIRST.reversed());
    ObjectNode answer = JSON.createObjectNode();
    answer.set("records", withRedrives(records));
    return answer
        .put("more", found[0] > records.size())
        .put("looked_back_to", back == null ? null : back.toString());
  }

  private ArrayNode withRedrives(List<KeptRecord> records) {
    List<String> ids = records.stream().map(record -> record.id().toString()).toList();
    EngineCalls.Pending<Map<String, Redrive>> sentAs = state.begin(() -> redrives.sentAs(ids));
    Map<String, List<Redrive>> attempts = state.ask(() -> redrives.of(ids));
    ArrayNode all = JSON.createArrayNode();
    for (KeptRecord record : records) {
      all.add(json(record, attempts, sentAs.answer()));
    }
    return all;
  }

  private static ObjectNode json(
      KeptRecord record, Map<String, List<Redrive>> attempts, Map<String, Redrive> sentAs) {
    String id = record.id().toString();
    List<Redrive> own = attempts.getOrDefault(id, List.of());
    Redrive of = sentAs.get(id);
    ObjectNode json = record.json();
    json.set("redrive", own.isEmpty() ? JSON.nullNode() : json(own.get(own.size() - 1)));
    return json.put("redrive_of", of == null ? null : of.origin());
  }

  /** An attempt to redrive. */
  static ObjectNode json(Redrive redrive) {
    return JSON.createObjectNode()
        .put("id", redrive.origin())
        .put("attempt", redrive.attempt())
        .put("run", redrive.run())
        .put("stream", redrive.stream())
        .put("state", redrive.state().text())
        .put("sent_as", redrive.sentAs())
        .put("code", redrive.code())
        .put("detail", redrive.detail())
        .put("requested_by", redrive.requestedBy())
        .put("requested_at", redrive.requestedAt().toString())
        .put("reason", redrive.reason())
        .put("changed_at", redrive.changedAt().toString());
  }

  private record Group(boolean rejected, String stream, String stage, String code) {}

  private static final class Count {
    private long records;
    private Instant newest = Instant.MIN;
  }

  /** How many there are, by kind, stream, stage and code; the most first. */
  ObjectNode summary(KeptFilter filter, Principal principal) {
    Map<String, List<String>> readable = readable(streams, principal, filter.stream());
    Map<Group, Count> groups = new HashMap<>();
    Instant back = null;
    BooleanSupplier isOver = timeIsOver();
    for (boolean rejected : new boolean[] {false, true}) {
      KeptFilter own =
          new KeptFilter(
              rejected,
              filter.stream(),
              filter.code(),
              filter.stage(),
              filter.client(),
              filter.from(),
              filter.to());
      Instant to =
          tables.newestFirst(
              own, readable, () -> false, isOver, record -> count(rejected, record, groups));
      back = to == null || (back != null && back.isAfter(to)) ? back : to;
    }
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode all = answer.putArray("groups");
    groups.entrySet().stream()
        .sorted(Comparator.comparing(e -> -e.getValue().records))
        .forEach(
            group ->
                all.addObject()
                    .put("kind", group.getKey().rejected() ? "rejected" : "quarantined")
                    .put("stream", group.getKey().stream())
                    .put("stage", group.getKey().stage())
                    .put("code", group.getKey().code())
                    .put("records", group.getValue().records)
                    .put("newest", group.getValue().newest.toString()));
    return answer.put("looked_back_to", back == null ? null : back.toString());
  }

  private static void count(boolean rejected, KeptRecord record, Map<Group, Count> groups) {
    Group group = new Group(rejected, record.stream(), record.stage(), record.code());
    if (groups.size() >= MOST_GROUPS && !groups.containsKey(group)) {
      group = new Group(rejected, "", "", "others");
    }
    Count count = groups.computeIfAbsent(group, g -> new Count());
    count.records++;
    count.newest = record.time().isAfter(count.newest) ? record.time() : count.newest;
  }

  /**
   * Everything about one record.
   *
   * @throws LeatException NOT_FOUND also when the principal may not read its stream
   */
  ObjectNode show(String text, Principal principal) {
    KeptId id = KeptId.parse(text);
    boolean isServed =
        streams.all().stream().anyMatch(s -> s.blueprint().name().equals(id.blueprint()));
    KeptRecord record = isServed ? tables.read(List.of(id), KeptTables.Payload.READ).get(id) : null;
    if (record == null || !principal.mayRead(record.stream())) {
      throw new LeatException(
          ErrorCode.NOT_FOUND, "There is no record '" + id + "' that you may read");
    }
    EngineCalls.Pending<Map<String, Redrive>> sentAs =
        state.begin(() -> redrives.sentAs(List.of(text)));
    Map<String, List<Redrive>> attempts = state.ask(() -> redrives.of(List.of(text)));
    ObjectNode json = json(record, attempts, sentAs.answer());
    payload(record.payload(), json);
    json.put("original_length", record.originalLength() < 0 ? null : record.originalLength());
    var served = streams.find(record.stream());
    json.put("schema_version_now", served == null ? null : served.schemaVersion());
    List<Redrive> own = attempts.getOrDefault(text, List.of());
    Verdicts.Verdict verdict =
        verdicts.of(List.of(new RecordCheck.Wanted(record, text, own.size() + 1))).get(0);
    json.set("now", verdict.json());
    ArrayNode all = json.putArray("attempts");
    own.forEach(attempt -> all.add(json(attempt)));
    return json;
  }

  private static void payload(byte @Nullable [] payload, ObjectNode json) {
    json.put("length", payload == null ? null : payload.length);
    json.putNull("payload");
    json.putNull("payload_base64");
    if (payload == null) {
      return;
    }
    try {
      json.put(
          "payload",
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
    } catch (CharacterCodingException e) {
      json.put("payload_base64", Base64.getEncoder().encodeToString(payload));
    }
  }

  /**
   * Attempts to redrive: of a run in its order, or the newest.
   *
   * @param run null for any
   */
  ObjectNode redrives(@Nullable String run, int limit, Principal principal) {
    Collection<Redrive> found =
        state.ask(() -> run == null ? redrives.newest(limit) : redrives.run(run, limit));
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode all = answer.putArray("redrives");
    Stream<Redrive> readable = found.stream().filter(one -> principal.mayRead(one.stream()));
    readable.forEach(one -> all.add(json(one)));
    return answer;
  }
}

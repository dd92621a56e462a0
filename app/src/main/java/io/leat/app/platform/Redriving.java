package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LeatException;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.state.Redrive;
import io.leat.state.Redrives;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses kept records and plans their redrive, or tells what it would do. Its calls block, for
 * some seconds at most. Thread-safe.
 */
final class Redriving {
  /** Records of one call. */
  static final int MOST = 10_000;

  /** Records that wait at once, of all calls. */
  private static final long MOST_OPEN = 50_000;

  /** Of a dry run, records that are judged together. */
  private static final int TOGETHER = 32;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final StreamRegistry streams;
  private final KeptTables tables;
  private final Redrives redrives;
  private final Verdicts verdicts;
  private final EngineCalls state;
  private final EventIds ids = new EventIds();
  private final Runnable planned;

  /**
   * @param planned called when there is something to do
   */
  Redriving(
      StreamRegistry streams,
      KeptTables tables,
      Redrives redrives,
      Verdicts verdicts,
      EngineCalls state,
      Runnable planned) {
    this.streams = streams;
    this.tables = tables;
    this.redrives = redrives;
    this.verdicts = verdicts;
    this.state = state;
    this.planned = planned;
  }

  /** Records that were chosen, in the order of the log. */
  private static final class Chosen {
    /** By the names under which they are redriven. */
    private final Map<String, KeptRecord> records = new LinkedHashMap<>();

    private final List<String> missing = new ArrayList<>();
    private long more;
    private @Nullable String lookedBackTo;
  }

  /**
   * Plans what is asked for, or tells what would happen.
   *
   * @throws LeatException FORBIDDEN, UNKNOWN_STREAM, OVERLOADED, or an engine's code; nothing is
   *     planned then
   */
  ObjectNode redrive(RedriveRequest request, Principal principal) {
    Chosen chosen = request.ids().isEmpty() ? byFilter(request, principal) : byId(request);
    chosen.records.values().forEach(record -> allow(record.stream(), principal));
    toOrigins(chosen);
    Map<String, List<Redrive>> before =
        state.ask(() -> redrives.of(List.copyOf(chosen.records.keySet())));
    ObjectNode answer = JSON.createObjectNode();
    answer.put("dry_run", request.isDry());
    answer.put("chosen", chosen.records.size());
    answer.put("more", chosen.more);
    answer.put("looked_back_to", chosen.lookedBackTo);
    if (request.isDry()) {
      judge(chosen, before, answer);
    } else {
      plan(chosen, request, principal, answer);
    }
    return answer;
  }

  /** A refused record may name a stream that never was. */
  private static void allow(String stream, Principal principal) {
    boolean isAllowed =
        principal.roles().contains(Role.ADMIN) || principal.streams().matches(stream);
    if (!isAllowed) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "The client '" + principal.name() + "' may not redrive to the stream '" + stream + "'");
    }
  }

  private Chosen byId(RedriveRequest request) {
    Chosen chosen = new Chosen();
    List<KeptId> served = new ArrayList<>();
    for (KeptId id : request.ids()) {
      if (streams.all().stream().anyMatch(s -> s.blueprint().name().equals(id.blueprint()))) {
        served.add(id);
      }
    }
    Map<KeptId, KeptRecord> found = tables.read(served, KeptTables.Payload.LEFT);
    request.ids().stream()
        .filter(id -> !found.containsKey(id))
        .forEach(id -> chosen.missing.add(id.toString()));
    put(new ArrayList<>(found.values()), chosen);
    return chosen;
  }

  /** The oldest of those that fit. */
  private Chosen byFilter(RedriveRequest request, Principal principal) {
    KeptFilter filter = request.filter();
    String stream = filter.stream();
    if (stream != null) {
      allow(stream, principal);
      if (streams.find(stream) == null) {
        throw new LeatException(ErrorCode.UNKNOWN_STREAM, "There is no stream '" + stream + "'");
      }
    }
    Map<String, List<String>> within = new LinkedHashMap<>();
    streams.all().stream()
        .filter(served -> stream == null || served.name().equals(stream))
        .filter(
            served ->
                principal.roles().contains(Role.ADMIN)
                    || principal.streams().matches(served.name()))
        .forEach(
            served ->
                within
                    .computeIfAbsent(served.blueprint().name(), b -> new ArrayList<>())
                    .add(served.spec().name()));
    PriorityQueue<KeptRecord> oldest = new PriorityQueue<>(KeptRecord.OLDEST_FIRST.reversed());
    Chosen chosen = new Chosen();
    var back =
        tables.newestFirst(
            filter,
            within,
            () -> false,
            Quarantine.timeIsOver(),
            record -> {
              oldest.add(record);
              if (oldest.size() > request.limit()) {
                oldest.remove();
                chosen.more++;
              }
            });
    chosen.lookedBackTo = back == null ? null : back.toString();
    put(new ArrayList<>(oldest), chosen);
    return chosen;
  }

  private static void put(List<KeptRecord> records, Chosen chosen) {
    records.sort(KeptRecord.AS_LOGGED);
    records.forEach(record -> chosen.records.put(record.id().toString(), record));
  }

  /** What was redriven and quarantined again is redriven under the name that it had at first. */
  private void toOrigins(Chosen chosen) {
    List<String> names = List.copyOf(chosen.records.keySet());
    Map<String, Redrive> again = state.ask(() -> redrives.sentAs(names));
    if (again.isEmpty()) {
      return;
    }
    List<KeptId> origins =
        again.values().stream().map(one -> KeptId.parse(one.origin())).distinct().toList();
    Map<KeptId, KeptRecord> found = tables.read(origins, KeptTables.Payload.LEFT);
    Map<String, KeptRecord> all = new LinkedHashMap<>();
    chosen.records.forEach(
        (name, record) -> {
          Redrive redrive = again.get(name);
          if (redrive == null) {
            all.putIfAbsent(name, record);
          } else {
            KeptRecord origin = found.get(KeptId.parse(redrive.origin()));
            if (origin == null) {
              chosen.missing.add(redrive.origin());
            } else {
              all.putIfAbsent(redrive.origin(), origin);
            }
          }
        });
    chosen.records.clear();
    chosen.records.putAll(all);
  }

  private void plan(Chosen chosen, RedriveRequest request, Principal principal, ObjectNode answer) {
    if (state.ask(redrives::openCount) + chosen.records.size() > MOST_OPEN) {
      throw new LeatException(
          ErrorCode.OVERLOADED,
          "More than " + MOST_OPEN + " records would wait to be redriven; wait for some to end");
    }
    String run = ids.next();
    Map<String, String> order = new LinkedHashMap<>();
    chosen.records.forEach((name, record) -> order.put(name, record.stream()));
    Map<String, Integer> attempts =
        state.ask(
            () ->
                redrives.plan(
                    order, new Redrives.Request(run, principal.clientId(), request.reason())));
    planned.run();
    Map<String, List<Redrive>> now =
        state.ask(() -> redrives.of(List.copyOf(chosen.records.keySet())));
    answer.put("run", run).put("planned", attempts.size());
    ArrayNode records = answer.putArray("records");
    for (String name : chosen.records.keySet()) {
      List<Redrive> own = now.getOrDefault(name, List.of());
      Redrive last = own.get(own.size() - 1);
      boolean isNew = attempts.containsKey(name);
      records
          .addObject()
          .put("id", name)
          .put("action", isNew ? "planned" : "skipped")
          .put("attempt", last.attempt())
          .put("state", last.state().text())
          .put("code", last.code())
          .put("detail", isNew ? null : "it was redriven before");
    }
    missing(chosen, records);
  }

  private void judge(Chosen chosen, Map<String, List<Redrive>> before, ObjectNode answer) {
    List<RecordCheck.Wanted> wanted = new ArrayList<>();
    ArrayNode records = answer.putArray("records");
    for (Map.Entry<String, KeptRecord> one : chosen.records.entrySet()) {
      List<Redrive> own = before.getOrDefault(one.getKey(), List.of());
      Redrive last = own.isEmpty() ? null : own.get(own.size() - 1);
      if (last == null || last.state().mayBeRepeated()) {
        wanted.add(new RecordCheck.Wanted(one.getValue(), one.getKey(), own.size() + 1));
      } else {
        records
            .addObject()
            .put("id", one.getKey())
            .put("action", "skipped")
            .put("attempt", last.attempt())
            .put("state", last.state().text())
            .put("code", last.code())
            .put("detail", "it was redriven before");
      }
    }
    answer.putNull("run").put("planned", 0);
    BooleanSupplier isOver = Quarantine.timeIsOver();
    int judged = 0;
    while (judged < wanted.size() && !isOver.getAsBoolean()) {
      int to = Math.min(judged + TOGETHER, wanted.size());
      List<RecordCheck.Wanted> some = wanted.subList(judged, to);
      judge(some, records);
      judged = to;
    }
    answer.put("not_judged", wanted.size() - judged);
    missing(chosen, records);
  }

  private void judge(List<RecordCheck.Wanted> some, ArrayNode records) {
    Map<KeptId, KeptRecord> read =
        tables.read(some.stream().map(w -> w.record().id()).toList(), KeptTables.Payload.READ);
    List<RecordCheck.Wanted> whole =
        some.stream()
            .filter(w -> read.containsKey(w.record().id()))
            .map(
                w ->
                    new RecordCheck.Wanted(
                        read.getOrDefault(w.record().id(), w.record()), w.origin(), w.attempt()))
            .toList();
    List<Verdicts.Verdict> all = verdicts.of(whole);
    for (int i = 0; i < whole.size(); i++) {
      Verdicts.Verdict verdict = all.get(i);
      records
          .addObject()
          .put("id", whole.get(i).origin())
          .put("action", "would-redrive")
          .put("attempt", whole.get(i).attempt())
          .put("state", verdict.would().text())
          .put("code", verdict.code())
          .put("detail", verdict.detail());
    }
  }

  private static void missing(Chosen chosen, ArrayNode records) {
    for (String name : chosen.missing) {
      records
          .addObject()
          .put("id", name)
          .put("action", "skipped")
          .putNull("attempt")
          .putNull("state")
          .put("code", ErrorCode.NOT_FOUND.code())
          .put("detail", "there is no such record");
    }
  }
}

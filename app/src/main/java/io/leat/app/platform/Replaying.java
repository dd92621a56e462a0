package io.leat.app.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.replay.Progress;
import io.leat.app.replay.ReplayWorker;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.state.Replay;
import io.leat.state.ReplayState;
import io.leat.state.Replays;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/** What clients may ask of replays. Its calls block for some seconds at most. Thread-safe. */
final class Replaying {
  /** Replays that are looked through for others of the same time. */
  private static final int MOST_OTHERS = 1_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> FIELDS = Set.of("stream", "from", "to", "into");
  private static final int MOST_LISTED = 100;
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private final StreamRegistry streams;
  private final Function<String, @Nullable StreamPlan> plans;
  private final Catalog catalog;
  private final Replays replays;
  private final ReplayWorker worker;
  private final Asking asking;
  private final InstantSource clock;

  Replaying(
      StreamRegistry streams,
      Function<String, @Nullable StreamPlan> plans,
      Catalog catalog,
      Replays replays,
      ReplayWorker worker,
      Asking asking,
      InstantSource clock) {
    this.streams = streams;
    this.plans = plans;
    this.catalog = catalog;
    this.replays = replays;
    this.worker = worker;
    this.asking = asking;
    this.clock = clock;
  }

  /**
   * Begins a replay.
   *
   * @param body a JSON object with stream, from, to and perhaps into
   * @throws LeatException BAD_REQUEST, UNKNOWN_STREAM, FORBIDDEN, or CONFLICT when another is under
   *     way or the table's name is taken
   */
  ObjectNode begin(byte[] body, Principal principal) {
    JsonNode wanted = object(body);
    String topic = text(wanted, "stream");
    ServedStream stream = streams.find(topic);
    if (stream == null) {
      throw new LeatException(ErrorCode.UNKNOWN_STREAM, "There is no stream '" + topic + "'");
    }
    refuseOther(topic, principal);
    Instant from = time(wanted, "from");
    Instant to = time(wanted, "to");
    if (!from.isBefore(to)) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "'from' is " + from + ", which is not before " + to);
    }
    refuseAged(stream.spec().keepFor(), from, clock.instant());
    String into = wanted.has("into") ? text(wanted, "into") : null;
    String blueprint = stream.blueprint().name();
    if (into != null) {
      refuseTaken(blueprint, into);
    }
    Replay replay =
        asking
            .state()
            .ask(
                () ->
                    replays.add(
                        new Replays.Request(
                            blueprint, stream.spec().name(), from, to, into, principal.name())));
    worker.wake(replay.id(), ReplayState.BUILDING);
    return json(replay);
  }

  /**
   * Raw and processed age out file by file, each for itself: where one has lost rows that the other
   * still has, they would be taken for duplicates.
   *
   * @throws LeatException BAD_REQUEST when the period begins before what is kept
   */
  static void refuseAged(@Nullable Duration keepFor, Instant from, Instant now) {
    if (keepFor != null && from.isBefore(now.minus(keepFor))) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "The period begins at "
              + from
              + ", and rows from before "
              + now.minus(keepFor)
              + " may have aged out ('lake.keep-for'): begin later");
    }
  }

  private void refuseTaken(String blueprint, String into) {
    if (!Names.isName(into) || Names.RESERVED_STREAMS.contains(into)) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'into' is '"
              + into
              + "'; a table's name has lower-case letters, digits and underscores, at most 63, and"
              + " begins with a letter");
    }
    List<TableIdentifier> made =
        List.of(
            TableIdentifier.of(Names.processedNamespace(blueprint), into),
            TableIdentifier.of(Names.rawNamespace(blueprint), into + "_quarantine"));
    asking
        .lake()
        .ask(() -> made.stream().filter(catalog::tableExists).findFirst())
        .ifPresent(
            taken -> {
              throw new LeatException(
                  ErrorCode.CONFLICT,
                  "There is a table " + taken + " already: give another name with 'into'");
            });
  }

  /** Those of the client's streams, the newest first. */
  ObjectNode list(Principal principal) {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode all = json.putArray("replays");
    asking.state().ask(() -> replays.newest(MOST_LISTED)).stream()
        .filter(replay -> principal.streams().matches(replay.topic()))
        .forEach(replay -> all.add(json(replay)));
    return json;
  }

  ObjectNode show(String id, Principal principal) {
    return json(find(id, principal));
  }

  /**
   * Puts what was built in the place of what is there.
   *
   * @throws LeatException CONFLICT when it is not built, or by other rules than today's
   */
  ObjectNode switchTo(String id, Principal principal) {
    Replay replay = find(id, principal);
    if (replay.state() == ReplayState.SWITCHING || replay.state() == ReplayState.SWITCHED) {
      return json(replay);
    }
    if (replay.state() != ReplayState.BUILT) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The replay "
              + id
              + " is "
              + replay.state().text()
              + "; only a built one can be switched to");
    }
    StreamPlan plan = plans.apply(replay.topic());
    if (plan == null || !plan.fingerprint().equals(replay.rules())) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The schema or the rules of "
              + replay.topic()
              + " were changed since the replay "
              + id
              + " was built: drop it and replay the period again");
    }
    ServedStream stream = streams.find(replay.topic());
    if (stream != null) {
      refuseAged(stream.spec().keepFor(), replay.from(), clock.instant());
    }
    refuseOthers(replay, plan.dedupe());
    return moved(replay, ReplayState.SWITCHING);
  }

  /** What another replay let in meanwhile, this one could let in beside it. */
  private void refuseOthers(Replay replay, Duration dedupe) {
    for (Replay other : replays.newest(MOST_OTHERS)) {
      if (other.id() != replay.id()
          && other.state() == ReplayState.SWITCHED
          && other.topic().equals(replay.topic())
          && !other.changedAt().isBefore(replay.requestedAt())
          && other.from().isBefore(replay.to().plus(dedupe))
          && replay.from().minus(dedupe).isBefore(other.to())) {
        throw new LeatException(
            ErrorCode.CONFLICT,
            "The replay "
                + other.id()
                + " of "
                + replay.topic()
                + " was switched to since the replay "
                + replay.id()
                + " was asked for, and what it let in may have ids of this one: drop it and replay"
                + " the period again");
      }
    }
  }

  /**
   * Removes its tables; one that is being built is given up.
   *
   * @throws LeatException CONFLICT when it is switched to
   */
  ObjectNode drop(String id, Principal principal) {
    Replay replay = find(id, principal);
    return switch (replay.state()) {
      case BUILDING, BUILT -> moved(replay, ReplayState.DROPPING);
      case DROPPING, DROPPED, FAILED -> json(replay);
      case SWITCHING, SWITCHED ->
          throw new LeatException(
              ErrorCode.CONFLICT,
              "The replay "
                  + id
                  + " is "
                  + replay.state().text()
                  + ": its rows are in processed. To undo it, replay the period by the earlier rules");
    };
  }

  private ObjectNode moved(Replay replay, ReplayState to) {
    boolean isMoved = asking.state().ask(() -> replays.move(replay.id(), replay.state(), to, null));
    if (!isMoved) {
      throw new LeatException(
          ErrorCode.CONFLICT, "The replay " + replay.id() + " has changed meanwhile; look again");
    }
    worker.wake(replay.id(), to);
    return json(asking.state().ask(() -> replays.find(replay.id())).orElse(replay));
  }

  private Replay find(String id, Principal principal) {
    LeatException missing =
        new LeatException(
            ErrorCode.NOT_FOUND,
            "There is no replay '" + id + "'; 'leat replay list' shows those that there are");
    if (!id.matches("[0-9]{1,18}")) {
      throw missing;
    }
    return asking
        .state()
        .ask(() -> replays.find(Long.parseLong(id)))
        .filter(replay -> principal.streams().matches(replay.topic()))
        .orElseThrow(() -> missing);
  }

  private static void refuseOther(String topic, Principal principal) {
    if (!principal.streams().matches(topic)) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "The stream '" + topic + "' is not among those of the client '" + principal.name() + "'");
    }
  }

  private static JsonNode object(byte[] body) {
    JsonNode read;
    try {
      read = JSON.readTree(body);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not valid JSON", e);
    }
    if (read == null || !read.isObject()) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "The body is not a JSON object");
    }
    for (String name : (Iterable<String>) read::fieldNames) {
      if (!FIELDS.contains(name)) {
        throw new LeatException(ErrorCode.BAD_REQUEST, "There is no property '" + name + "'");
      }
    }
    return read;
  }

  private static String text(JsonNode wanted, String name) {
    JsonNode value = wanted.path(name);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "'" + name + "' is missing or no string");
    }
    return value.asText();
  }

  private static Instant time(JsonNode wanted, String name) {
    String text = text(wanted, name);
    Instant time;
    try {
      time = Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'" + name + "' is '" + text + "', not a time such as 2026-03-01T10:00:00Z",
          e);
    }
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "'" + name + "' is " + time + ", not from 1970 to " + LATEST);
    }
    return time;
  }

  private ObjectNode json(Replay replay) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("id", replay.id())
            .put("stream", replay.topic())
            .put("from", replay.from().toString())
            .put("to", replay.to().toString())
            .put("state", replay.state().text())
            .put("table", Names.processedNamespace(replay.blueprint()) + "." + replay.target())
            .put(
                "quarantine_table",
                Names.rawNamespace(replay.blueprint()) + "." + replay.target() + "_quarantine")
            .put("failure", replay.failure())
            .put("requested_by", replay.requestedBy())
            .put("requested_at", replay.requestedAt().toString())
            .put("changed_at", replay.changedAt().toString());
    if (replay.state().isOpen()) {
      Progress progress = worker.progress(replay.id());
      json.putObject("progress")
          .put("doing", progress.doing())
          .put("judged", progress.judged())
          .put("percent", progress.percent());
    }
    json.set("comparison", comparison(replay));
    return json;
  }

  private static JsonNode comparison(Replay replay) {
    if (replay.comparison() == null) {
      return JSON.nullNode();
    }
    try {
      return JSON.readTree(replay.comparison());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the comparison of replay " + replay.id(), e);
    }
  }
}

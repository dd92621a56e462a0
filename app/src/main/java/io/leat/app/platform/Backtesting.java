package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.app.backtest.BacktestPlan;
import io.leat.app.backtest.BlueprintDraft;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.StreamSpec;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Principal;
import io.leat.lake.EventTables;
import io.leat.rules.detect.DetectorSpec;
import io.leat.rules.detect.Detectors;
import io.leat.stream.StreamPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Makes a plan of what a client asks to be tried, or says precisely what is wrong with it. */
final class Backtesting {
  /** Nothing of a blueprint for longer than this is Leat's absence, unless the client says else. */
  private static final Duration ABSENCE = Duration.ofMinutes(1);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> MEMBERS = Set.of("from", "to", "absence_seconds", "files");
  private static final long MOST_ABSENCE = Duration.ofDays(1).toSeconds();

  private final Supplier<List<Blueprint>> blueprints;
  private final StreamRegistry streams;
  private final InstantSource clock;

  /**
   * @param blueprints as they are processed now
   */
  Backtesting(Supplier<List<Blueprint>> blueprints, StreamRegistry streams, InstantSource clock) {
    this.blueprints = blueprints;
    this.streams = streams;
    this.clock = clock;
  }

  /**
   * Reads a request.
   *
   * @param name {@code blueprint.detector}
   * @param folder an empty one, for a draft's files
   * @throws LeatException NOT_FOUND for an unknown detector, FORBIDDEN, BAD_REQUEST, or
   *     INVALID_CONFIGURATION with all problems of a draft
   */
  BacktestPlan plan(String name, byte[] body, Principal principal, Path folder) throws IOException {
    int dot = name.indexOf('.');
    Blueprint applied =
        blueprints.get().stream()
            .filter(one -> one.name().equals(dot < 0 ? name : name.substring(0, dot)))
            .findFirst()
            .orElseThrow(
                () ->
                    missing(
                        "There is no blueprint of a detector '" + name + "'",
                        name,
                        blueprints.get().stream().map(one -> one.name() + ".").toList()));
    JsonNode wanted = object(body);
    boolean isDraft = wanted.has("files");
    Blueprint blueprint = isDraft ? draft(wanted.path("files"), folder) : applied;
    if (!blueprint.name().equals(applied.name())) {
      throw bad(
          "The draft is of the blueprint '"
              + blueprint.name()
              + "', and the detector '"
              + name
              + "' of another");
    }
    DetectorSpec detector = blueprint.detectors().get(name.substring(dot + 1));
    if (detector == null) {
      throw missing(
          "The "
              + (isDraft ? "draft" : "blueprint")
              + " has no detector '"
              + name.substring(dot + 1)
              + "'",
          name.substring(dot + 1),
          blueprint.detectors().keySet());
    }
    Instant now = clock.instant();
    Instant from = time(wanted, "from");
    Instant to = wanted.hasNonNull("to") ? time(wanted, "to") : now;
    to = to.isAfter(now) ? now : to;
    if (!from.isBefore(to)) {
      throw bad("'from' is " + from + ", which is not before " + to);
    }
    return new BacktestPlan(
        applied.name(),
        detector,
        blueprint.incidents(),
        plans(blueprint, detector, principal, from, now),
        applied.streams().keySet().stream().toList(),
        from,
        to,
        absence(wanted));
  }

  private List<StreamPlan> plans(
      Blueprint blueprint, DetectorSpec detector, Principal principal, Instant from, Instant now) {
    List<StreamPlan> plans = new ArrayList<>();
    for (String name : detector.streams()) {
      String topic = Names.topic(blueprint.name(), name);
      if (!principal.mayRead(topic) || !principal.entityKeys().isEmpty()) {
        throw new LeatException(
            ErrorCode.FORBIDDEN,
            "The client '"
                + principal.name()
                + "' does not read all of '"
                + topic
                + "', which the detector does");
      }
      ServedStream served = streams.find(topic);
      if (served == null) {
        throw new LeatException(
            ErrorCode.UNKNOWN_STREAM,
            "The stream '" + topic + "' is not applied: it has no history to try a detector on");
      }
      Replaying.refuseAged(served.spec().keepFor(), from, now);
      StreamSpec spec = blueprint.streams().get(name);
      if (spec == null) {
        throw new IllegalStateException("a detector of a stream that is not there: " + name);
      }
      refuseKind(blueprint, detector, spec);
      plans.add(
          StreamPlan.of(
              spec, topic, served.logEpoch(), EventTables.processed(spec.schema().columns())));
    }
    return plans;
  }

  private static void refuseKind(Blueprint blueprint, DetectorSpec detector, StreamSpec stream) {
    try {
      Detectors.of(blueprint.name(), detector, stream.schema().columns());
    } catch (IllegalArgumentException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "The detector cannot be tried: " + e.getMessage(), e);
    }
  }

  private static Blueprint draft(JsonNode files, Path folder) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      if (!file.getValue().isTextual()) {
        throw bad("'files' has no text for '" + file.getKey() + "'");
      }
      texts.put(file.getKey(), file.getValue().asText());
    }
    if (!texts.containsKey(BlueprintLoader.FILE)) {
      throw bad(
          "'files' must have the texts of a blueprint's folder, "
              + BlueprintLoader.FILE
              + " among them");
    }
    return BlueprintDraft.load(texts, folder);
  }

  private static Duration absence(JsonNode wanted) {
    JsonNode seconds = wanted.path("absence_seconds");
    if (seconds.isMissingNode()) {
      return ABSENCE;
    }
    if (!seconds.isIntegralNumber() || seconds.asLong() < 1 || seconds.asLong() > MOST_ABSENCE) {
      throw bad("'absence_seconds' is " + seconds + ", not a number from 1 to " + MOST_ABSENCE);
    }
    return Duration.ofSeconds(seconds.asLong());
  }

  private static JsonNode object(byte[] body) {
    JsonNode read;
    try {
      read = JSON.readTree(body);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not valid JSON", e);
    }
    if (read == null || !read.isObject()) {
      throw bad("The body is not a JSON object");
    }
    for (String name : (Iterable<String>) read::fieldNames) {
      if (!MEMBERS.contains(name)) {
        throw bad("There is no property '" + name + "'");
      }
    }
    return read;
  }

  private static Instant time(JsonNode wanted, String name) {
    String text = wanted.path(name).asText("");
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      if (time.isBefore(Instant.EPOCH)) {
        throw bad("'" + name + "' is " + time + ", before 1970");
      }
      return time;
    } catch (DateTimeException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'" + name + "' is '" + text + "', not a time such as 2026-03-01T10:00:00Z",
          e);
    }
  }

  private static LeatException missing(String what, String name, Collection<String> there) {
    String remedy = Suggestions.remedy(name, there);
    return new LeatException(ErrorCode.NOT_FOUND, what + (remedy.isEmpty() ? "" : ". " + remedy));
  }

  private static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}

package io.leat.files.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.files.arrival.ObjectMessages;
import io.leat.files.ledger.FileFilter;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.LedgerSearch;
import io.leat.files.ledger.SourceCounts;
import io.leat.files.work.FileSource;
import io.leat.files.work.FileWorkers;
import io.leat.http.Answering;
import io.leat.http.Asked;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** {@code /v1/files} and {@code /v1/file-sources}. */
public final class FileRoutes implements Routes, AutoCloseable {
  private static final int ATTEMPTS = 50;
  private static final Set<String> FILTER =
      Set.of("blueprint", "source", "state", "name", "from", "to", "limit", "after");

  private final LedgerSearch ledger;
  private final FileWorkers workers;
  private final Supplier<Map<String, FileSource>> sources;
  private final Messages messages;
  private final Answering answering;

  /** Takes in what messages tell. */
  @FunctionalInterface
  public interface Messages {
    /**
     * Looks at an object.
     *
     * @param source {@code blueprint.source}
     * @return whether it is one of the source, and there
     */
    boolean look(String source, ObjectMessages.Named object) throws IOException;
  }

  /**
   * @param sources by {@code blueprint.source}, as they are now
   */
  public FileRoutes(
      Vertx vertx,
      Bodies bodies,
      LedgerSearch ledger,
      FileWorkers workers,
      Supplier<Map<String, FileSource>> sources,
      Messages messages) {
    this.ledger = ledger;
    this.workers = workers;
    this.sources = sources;
    this.messages = messages;
    this.answering = new Answering(vertx, bodies, "leat-file-requests", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .get("/v1/files")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> list(ctx)));
    router
        .get("/v1/files/:id")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> show(ctx)));
    router
        .get("/v1/files/:id/manifest")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> manifest(ctx)));
    router
        .post("/v1/files/:id/:action")
        .handler(guard.requires(Role.OPERATE))
        .handler(ctx -> answering.answerBody(ctx, 200, body -> act(ctx, body)));
    router
        .get("/v1/file-sources")
        .handler(guard.requires(Role.READ))
        .handler(ctx -> answering.answer(ctx, 200, () -> sources(ctx)));
    router
        .post("/v1/file-sources/:source/notifications")
        .handler(guard.requires(Role.SEND))
        .handler(ctx -> answering.answerBody(ctx, 202, body -> notified(ctx, body)));
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/files.json");
  }

  private ObjectNode list(RoutingContext ctx) {
    Asked.requireKnown(ctx, FILTER);
    Set<FileState.Name> states = new HashSet<>();
    String asked = Asked.param(ctx, "state");
    for (String state : asked == null ? new String[0] : asked.split(",", -1)) {
      states.add(
          LedgerSearch.state(state)
              .orElseThrow(
                  () ->
                      Asked.bad(
                          "'state' is '"
                              + state
                              + "'; it is one of "
                              + String.join(", ", names()))));
    }
    int limit = Asked.limit(ctx);
    Set<String> blueprints =
        sources.get().values().stream().map(FileSource::blueprint).collect(Collectors.toSet());
    List<LedgerFile> files =
        ledger.list(
            new FileFilter(
                Asked.readable(Guard.principal(ctx), blueprints),
                Asked.param(ctx, "blueprint"),
                Asked.param(ctx, "source"),
                states,
                Asked.param(ctx, "name"),
                Asked.time(ctx, "from"),
                Asked.time(ctx, "to"),
                Asked.param(ctx, "after"),
                limit));
    ObjectNode json = FileJson.JSON.createObjectNode();
    ArrayNode all = json.putArray("files");
    files.forEach(file -> all.add(json(file)));
    json.put("next", files.size() < limit ? null : files.get(files.size() - 1).id());
    return json;
  }

  private static List<String> names() {
    return Arrays.stream(FileState.Name.values()).map(FileState.Name::text).toList();
  }

  private ObjectNode json(LedgerFile file) {
    return FileJson.of(file, workers.progress(file.id()).orElse(null));
  }

  private ObjectNode show(RoutingContext ctx) {
    LedgerSearch.Detail detail = ledger.show(ctx.pathParam("id"), ATTEMPTS);
    Asked.requireRead(Guard.principal(ctx), detail.file().seen().blueprint());
    ObjectNode json = json(detail.file());
    ArrayNode attempts = json.putArray("history");
    detail.attempts().forEach(attempt -> attempts.add(FileJson.of(attempt)));
    return json;
  }

  private ObjectNode manifest(RoutingContext ctx) throws IOException {
    LedgerFile file = ledger.show(ctx.pathParam("id"), 1).file();
    Asked.requireRead(Guard.principal(ctx), file.seen().blueprint());
    String destination = file.destination();
    FileSource source = sources.get().get(file.seen().blueprint() + "." + file.seen().source());
    if (destination == null || source == null) {
      throw noManifest(file);
    }
    byte[] bytes = source.outputs().manifest(destination).orElseThrow(() -> noManifest(file));
    JsonNode json = FileJson.JSON.readTree(bytes);
    return (ObjectNode) json;
  }

  private static LeatException noManifest(LedgerFile file) {
    return new LeatException(
        ErrorCode.NOT_FOUND,
        "File '" + file.id() + "' is " + file.state().name().text() + "; it has no manifest");
  }

  private ObjectNode act(RoutingContext ctx, byte[] body) {
    String action = ctx.pathParam("action");
    if (body.length > 0 && !new String(body, StandardCharsets.UTF_8).strip().equals("{}")) {
      throw Asked.bad("The body must be empty");
    }
    String id = ctx.pathParam("id");
    Principal principal = Guard.principal(ctx);
    Asked.requireOperate(principal, ledger.show(id, 1).file().seen().blueprint());
    LedgerFile file =
        switch (action) {
          case "retry" -> ledger.retry(id, principal.name());
          case "forget" -> ledger.forget(id, principal.name());
          default ->
              throw new LeatException(
                  ErrorCode.NOT_FOUND,
                  "One cannot '" + action + "' a file; one can retry or forget it");
        };
    workers.wake();
    return json(file);
  }

  private ObjectNode sources(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    List<SourceCounts> counts = ledger.counts();
    ObjectNode json = FileJson.JSON.createObjectNode();
    ArrayNode all = json.putArray("sources");
    sources.get().values().stream()
        .filter(source -> principal.mayRead(source.blueprint() + ".*"))
        .sorted(java.util.Comparator.comparing(FileSource::name))
        .forEach(source -> all.add(FileJson.of(source, counts)));
    return json;
  }

  private ObjectNode notified(RoutingContext ctx, byte[] body) throws IOException {
    String name = ctx.pathParam("source");
    requireSource(name);
    Asked.requireSend(Guard.principal(ctx), name);
    List<ObjectMessages.Named> named;
    try {
      named = ObjectMessages.created(new String(body, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new LeatException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), e);
    }
    int seen = 0;
    for (ObjectMessages.Named object : named) {
      seen += messages.look(name, object) ? 1 : 0;
    }
    workers.wake();
    return FileJson.JSON.createObjectNode().put("objects", named.size()).put("of_source", seen);
  }

  private void requireSource(String name) {
    if (!sources.get().containsKey(name)) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          "There is no source '"
              + name.toLowerCase(Locale.ROOT)
              + "'; there are "
              + new TreeSet<>(sources.get().keySet()));
    }
  }

  @Override
  public void close() {
    answering.close();
  }
}

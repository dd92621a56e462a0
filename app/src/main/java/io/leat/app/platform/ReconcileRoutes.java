package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.reconcile.Period;
import io.leat.app.reconcile.ReconciledStream;
import io.leat.app.reconcile.Reconciliation;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/reconcile}: begins a reconciliation and waits for it as long as an answer may
 * take; then 202 with its id, to be asked for with {@code run}.
 */
final class ReconcileRoutes implements Routes, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration WITHIN = Duration.ofMillis(3_500);
  private static final Duration LOOKED_BACK = Duration.ofHours(1);

  private final StreamRegistry streams;
  private final Reconciling reconciling;
  private final InstantSource clock;
  private final WorkerExecutor workers;

  ReconcileRoutes(
      Vertx vertx, StreamRegistry streams, Reconciling reconciling, InstantSource clock) {
    this.streams = streams;
    this.reconciling = reconciling;
    this.clock = clock;
    this.workers = vertx.createSharedWorkerExecutor("leat-reconcile-requests", 4);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/v1/reconcile").handler(guard.requires(Role.OPERATE)).handler(this::reconcile);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/reconcile.json");
  }

  /** What was found, if it was within the time. */
  private record Answer(Reconciling.Run run, Optional<Reconciliation> found) {}

  private void reconcile(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    Reconciling.Run run = run(ctx, principal);
    workers
        .executeBlocking(() -> new Answer(run, run.await(WITHIN)), false)
        .onSuccess(answer -> send(ctx, answer))
        .onFailure(ctx::fail);
  }

  private Reconciling.Run run(RoutingContext ctx, Principal principal) {
    String id = ctx.request().getParam("run");
    if (id != null) {
      return reconciling.find(principal.clientId(), id);
    }
    Instant to = time("to", ctx.request().getParam("to"), clock.instant());
    String asked = ctx.request().getParam("from");
    Instant from = "beginning".equals(asked) ? null : time("from", asked, to.minus(LOOKED_BACK));
    if (from != null && !from.isBefore(to)) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "'from' is " + from + ", which is not before " + to);
    }
    return reconciling.begin(
        principal.clientId(),
        streams(ctx.request().getParam("blueprint"), principal),
        new Period(from, to));
  }

  private List<ReconciledStream> streams(@Nullable String blueprint, Principal principal) {
    List<ReconciledStream> wanted =
        of(streams).stream()
            .filter(stream -> blueprint == null || stream.blueprint().equals(blueprint))
            .filter(stream -> principal.streams().matches(stream.topic()))
            .toList();
    if (wanted.isEmpty()) {
      throw new LeatException(
          ErrorCode.NOT_FOUND,
          blueprint == null
              ? "There is no stream that the client '" + principal.name() + "' may look at"
              : "There is no blueprint '"
                  + blueprint
                  + "' with a stream that the client '"
                  + principal.name()
                  + "' may look at");
    }
    return wanted;
  }

  /** All that are served. */
  static List<ReconciledStream> of(StreamRegistry streams) {
    return streams.all().stream().map(ReconcileRoutes::of).toList();
  }

  private static ReconciledStream of(ServedStream stream) {
    return new ReconciledStream(stream.blueprint().name(), stream.spec().name(), stream.logEpoch());
  }

  private static Instant time(String name, @Nullable String text, Instant otherwise) {
    try {
      return text == null ? otherwise : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST,
          "'" + name + "' is '" + text + "', not a time such as 2026-03-01T10:00:00Z",
          e);
    }
  }

  private static void send(RoutingContext ctx, Answer answer) {
    if (ctx.response().ended()) {
      return;
    }
    ObjectNode body =
        answer
            .found()
            .map(Reconciliation::json)
            .orElseGet(
                () ->
                    JSON.createObjectNode()
                        .put("state", "running")
                        .put("progress", answer.run().progress()));
    body.put("run", answer.run().id());
    ctx.response()
        .setStatusCode(answer.found().isPresent() ? 200 : 202)
        .putHeader("Content-Type", "application/json")
        .end(body.toString());
  }

  @Override
  public void close() {
    workers.close();
  }
}

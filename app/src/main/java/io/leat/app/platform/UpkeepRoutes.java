package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.lake.maintenance.Step;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Maintenance for whoever asks. The answer comes when the work is done, or after some seconds says
 * that it goes on.
 */
final class UpkeepRoutes implements Routes {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration WITHIN = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final Upkeep upkeep;
  private final UpkeepState state;

  UpkeepRoutes(Vertx vertx, Upkeep upkeep, UpkeepState state) {
    this.vertx = vertx;
    this.upkeep = upkeep;
    this.state = state;
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/maintenance").handler(guard.requires(Role.OPERATE)).handler(this::maintain);
    router.get("/v1/maintenance").handler(guard.requires(Role.OPERATE)).handler(this::progress);
  }

  /** Maintenance reaches all streams, and so must the client. */
  private static void refuseNarrow(RoutingContext ctx) {
    Principal principal = Guard.principal(ctx);
    if (!principal.roles().contains(Role.ADMIN) && !principal.streams().matches("*")) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "Maintenance needs all streams, which the client '" + principal.name() + "' has not");
    }
  }

  private void maintain(RoutingContext ctx) {
    refuseNarrow(ctx);
    String plan = ctx.request().getParam("dry-run");
    if (plan != null && !plan.equals("true") && !plan.equals("false")) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "'dry-run' is true or false");
    }
    boolean isPlan = "true".equals(plan);
    CompletableFuture<Map<String, List<Step>>> done =
        upkeep.ask(new Upkeep.Wanted(ctx.request().getParam("table"), isPlan));
    CompletableFuture<?> unused =
        done.copy()
            .orTimeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (steps, failure) ->
                    vertx.getOrCreateContext().runOnContext(any -> answer(ctx, steps, failure)));
  }

  private static void answer(
      RoutingContext ctx, @Nullable Map<String, List<Step>> steps, @Nullable Throwable failure) {
    if (ctx.response().ended()) {
      return;
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof TimeoutException) {
      ctx.response().setStatusCode(202);
      send(ctx, JSON.createObjectNode().put("state", "running"));
    } else if (cause instanceof LeatException known) {
      ctx.fail(known);
    } else if (cause != null || steps == null) {
      ctx.fail(
          new LeatException(ErrorCode.LAKE_UNAVAILABLE, "Maintenance failed: " + cause, cause));
    } else {
      ObjectNode json = JSON.createObjectNode().put("state", "done");
      ArrayNode tables = json.putArray("tables");
      steps.forEach(
          (table, did) ->
              tables.addObject().put("name", table).set("steps", UpkeepState.json(did)));
      send(ctx, json);
    }
  }

  private void progress(RoutingContext ctx) {
    refuseNarrow(ctx);
    send(ctx, JSON.createObjectNode().put("state", state.isRunning() ? "running" : "done"));
  }

  private static void send(RoutingContext ctx, ObjectNode json) {
    ctx.response().putHeader("Content-Type", "application/json").end(json.toString());
  }

  @Override
  public Optional<String> openApi() {
    return Optional.empty(); // in the fragment that TailRoutes names
  }
}

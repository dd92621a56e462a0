package io.leat.app.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Bodies;
import io.leat.http.BodyLimits;
import io.leat.http.Guard;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** {@code POST /v1/backups} begins a backup, {@code GET} tells how far it is. */
final class BackupRoutes implements Routes {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final BodyLimits BODY = new BodyLimits(16 << 10, 16 << 10, Duration.ofSeconds(5));

  private final Bodies bodies;
  private final BackingUp backingUp;

  BackupRoutes(Bodies bodies, BackingUp backingUp) {
    this.bodies = bodies;
    this.backingUp = backingUp;
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/backups").handler(guard.requires(Role.ADMIN)).handler(this::begin);
    router.get("/v1/backups").handler(guard.requires(Role.ADMIN)).handler(this::progress);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/backup.json");
  }

  private void begin(RoutingContext ctx) {
    bodies
        .read(ctx, BODY)
        .map(body -> backingUp.begin(target(body)))
        .onFailure(ctx::fail)
        .onSuccess(
            begun -> {
              ctx.response().setStatusCode(202);
              send(ctx, begun);
            });
  }

  private static String target(byte[] body) {
    try {
      JsonNode target = JSON.readTree(body).path("target");
      if (target.isTextual() && !target.asText().isBlank()) {
        return target.asText();
      }
    } catch (IOException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not valid JSON", e);
    }
    throw new LeatException(
        ErrorCode.BAD_REQUEST, "'target' is missing: an absolute path, or s3://bucket/prefix");
  }

  private void progress(RoutingContext ctx) {
    send(ctx, backingUp.progress());
  }

  private static void send(RoutingContext ctx, ObjectNode json) {
    if (!ctx.response().ended()) {
      ctx.response().putHeader("Content-Type", "application/json").end(json.toString());
    }
  }
}

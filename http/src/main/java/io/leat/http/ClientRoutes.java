package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.AddedClient;
import io.leat.state.Client;
import io.leat.state.Clients;
import io.leat.state.NewClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may use Leat: {@code /v1/clients}, for administrators. */
public final class ClientRoutes implements Routes {
  private static final Logger log = LoggerFactory.getLogger(ClientRoutes.class);
  private static final BodyLimits LIMITS =
      new BodyLimits(64 * 1024, 64 * 1024, Duration.ofSeconds(10));

  private final Vertx vertx;
  private final Clients clients;
  private final ClientDirectory directory;
  private final Bodies bodies;

  public ClientRoutes(Vertx vertx, Clients clients, ClientDirectory directory, Bodies bodies) {
    this.vertx = vertx;
    this.clients = clients;
    this.directory = directory;
    this.bodies = bodies;
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/clients.json");
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/v1/clients").handler(guard.requires(Role.ADMIN)).handler(this::list);
    router.post("/v1/clients").handler(guard.requires(Role.ADMIN)).handler(this::add);
    router.delete("/v1/clients/:id").handler(guard.requires(Role.ADMIN)).handler(this::revoke);
  }

  private void list(RoutingContext ctx) {
    work(
        ctx,
        clients::list,
        all -> {
          JsonArray array = new JsonArray();
          all.forEach(client -> array.add(ClientJson.write(client)));
          answer(ctx, 200, new JsonObject().put("clients", array));
        });
  }

  private void add(RoutingContext ctx) {
    bodies
        .read(ctx, LIMITS)
        .map(ClientJson::read)
        .onFailure(ctx::fail)
        .onSuccess(wanted -> add(ctx, wanted));
  }

  private void add(RoutingContext ctx, NewClient wanted) {
    Principal by = Guard.principal(ctx);
    work(
        ctx,
        () -> {
          AddedClient added = clients.add(wanted);
          directory.refresh();
          log.info("Added a client: id={} by={}", added.client().id(), by.clientId());
          return added;
        },
        added -> {
          JsonObject body = ClientJson.write(added.client());
          added.key().ifPresent(key -> body.put("key", key));
          ctx.response()
              .putHeader(HttpHeaders.LOCATION, "/v1/clients/" + added.client().id())
              .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
          answer(ctx, 201, body);
        });
  }

  private void revoke(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    Principal by = Guard.principal(ctx);
    work(
        ctx,
        () -> {
          List<Client> revoked = clients.revoke(id).stream().toList();
          directory.refresh();
          log.info("Revoked a client: id={} by={}", id, by.clientId());
          return revoked;
        },
        revoked -> {
          if (revoked.isEmpty()) {
            ctx.fail(new LeatException(ErrorCode.NOT_FOUND, "There is no client with this id"));
          } else {
            answer(ctx, 200, ClientJson.write(revoked.get(0)));
          }
        });
  }

  private <T> void work(RoutingContext ctx, Callable<T> work, Consumer<T> then) {
    AnswerTimer.waitsFor(ctx, ErrorCode.STATE_UNAVAILABLE);
    vertx
        .executeBlocking(work, false)
        .onFailure(ctx::fail)
        .onSuccess(
            done -> {
              if (!ctx.response().ended()) {
                then.accept(done);
              }
            });
  }

  private static void answer(RoutingContext ctx, int status, JsonObject body) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(body.toBuffer());
  }
}

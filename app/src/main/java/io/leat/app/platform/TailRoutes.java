package io.leat.app.platform;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.gateway.ServedStream;
import io.leat.gateway.StreamRegistry;
import io.leat.http.AnswerTimer;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.rules.Condition;
import io.leat.rules.InvalidConditionException;
import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/tail/{stream}}: a stream's events as they are logged, a line of JSON each. */
final class TailRoutes implements Routes, AutoCloseable {
  private static final int MOST_TAILS = 16;

  private final StreamRegistry streams;
  private final Properties consumer;
  private final Set<Tail> tails = ConcurrentHashMap.newKeySet();

  /**
   * @param consumer Kafka consumer properties, {@code bootstrap.servers} among them
   */
  TailRoutes(StreamRegistry streams, Properties consumer) {
    this.streams = streams;
    this.consumer = consumer;
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.get("/v1/tail/:stream").handler(guard.requires(Role.READ)).handler(this::tail);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/platform.json");
  }

  private void tail(RoutingContext ctx) {
    String name = ctx.pathParam("stream");
    Principal principal = Guard.principal(ctx);
    if (!principal.mayRead(name)) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "The client '" + principal.name() + "' may not read the stream '" + name + "'");
    }
    ServedStream stream = streams.find(name);
    if (stream == null) {
      throw new LeatException(ErrorCode.UNKNOWN_STREAM, "There is no stream '" + name + "'");
    }
    boolean fromBeginning = fromBeginning(ctx.request().getParam("from", "now"));
    Condition where = condition(ctx.request().getParam("where"), stream);
    long limit = limit(ctx.request().getParam("limit", "0"));
    if (tails.size() >= MOST_TAILS) {
      throw new LeatException(
          ErrorCode.OVERLOADED, "There are " + MOST_TAILS + " tails already; end one of them");
    }
    Tail tail = new Tail(ctx.response(), consumer, stream, where, fromBeginning, limit);
    tails.add(tail);
    ctx.response().putHeader("Content-Type", "application/x-ndjson").setChunked(true);
    AnswerTimer.waitsFor(ctx, ErrorCode.LOG_UNAVAILABLE);
    ctx.addEndHandler(ended -> tail.close());
    ctx.response().closeHandler(closed -> tail.close());
    ctx.response().exceptionHandler(failed -> tail.close());
    Context loop = ctx.vertx().getOrCreateContext();
    tail.start(
        () -> tails.remove(tail), refusal -> loop.runOnContext(ignored -> ctx.fail(refusal)));
  }

  private static boolean fromBeginning(String from) {
    return switch (from) {
      case "now" -> false;
      case "beginning" -> true;
      default ->
          throw new LeatException(
              ErrorCode.BAD_REQUEST, "'from' is '" + from + "'; it is now or beginning");
    };
  }

  private static @Nullable Condition condition(@Nullable String where, ServedStream stream) {
    if (where == null) {
      return null;
    }
    try {
      return Condition.compile(where, stream.spec().schema().columns());
    } catch (InvalidConditionException e) {
      throw new LeatException(
          ErrorCode.BAD_REQUEST, "'where' is no condition: " + e.getMessage(), e);
    }
  }

  private static long limit(String text) {
    if (!text.matches("[0-9]{1,12}")) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "'limit' is '" + text + "', not a number");
    }
    return Long.parseLong(text);
  }

  @Override
  public void close() {
    tails.forEach(Tail::close);
  }
}

package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Answers 503 when a request is not answered {@link #WITHIN} so long of its last byte, whatever its
 * route waits for. An answer that has begun is left alone. Owned by the request's event loop.
 */
public final class AnswerTimer {
  /** Five seconds are promised; the rest is for the way back. */
  public static final Duration WITHIN = Duration.ofMillis(4_600);

  private static final String KEY = "leat.answer-timer";
  private static final long NONE = -1;

  private final RoutingContext ctx;
  private ErrorCode code = ErrorCode.OVERLOADED;
  private long lastByte = System.nanoTime();
  private long timer = NONE;

  private AnswerTimer(RoutingContext ctx) {
    this.ctx = ctx;
  }

  /** Begins with a request; at once if it has no body, else {@link #lastByte} says when. */
  static AnswerTimer begin(RoutingContext ctx) {
    AnswerTimer own = new AnswerTimer(ctx);
    ctx.put(KEY, own);
    if (hasNoBody(ctx)) {
      own.start();
    }
    return own;
  }

  /** The body is there: from now on the time counts. */
  static void lastByte(RoutingContext ctx) {
    @Nullable AnswerTimer own = ctx.get(KEY);
    if (own != null) {
      own.start();
    }
  }

  /** Names the engine that the answer needs: the code of the 503. */
  public static void waitsFor(RoutingContext ctx, ErrorCode unavailable) {
    @Nullable AnswerTimer own = ctx.get(KEY);
    if (own != null) {
      own.code = unavailable;
    }
  }

  /**
   * From now on the route itself answers in time.
   *
   * @return the time since the request's last byte
   */
  public static Duration takeOver(RoutingContext ctx) {
    @Nullable AnswerTimer own = ctx.get(KEY);
    if (own == null) {
      return Duration.ZERO;
    }
    own.stop();
    return Duration.ofNanos(System.nanoTime() - own.lastByte);
  }

  static boolean hasNoBody(RoutingContext ctx) {
    HttpMethod method = ctx.request().method();
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.DELETE);
  }

  private void start() {
    stop();
    lastByte = System.nanoTime();
    timer = ctx.vertx().setTimer(WITHIN.toMillis(), ignored -> isOver());
  }

  void stop() {
    if (timer != NONE) {
      ctx.vertx().cancelTimer(timer);
      timer = NONE;
    }
  }

  private void isOver() {
    timer = NONE;
    if (!ctx.response().headWritten() && !ctx.response().ended()) {
      ctx.fail(
          new LeatException(
              code,
              "There is no answer yet. What was asked for may have taken effect: look before"
                  + " you ask again"));
    }
  }
}

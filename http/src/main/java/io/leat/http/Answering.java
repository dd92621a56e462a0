package io.leat.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Works for requests on threads of its own, since it waits for the state database, and answers with
 * JSON. Whoever made it closes it.
 */
public final class Answering implements AutoCloseable {
  private static final BodyLimits BODY =
      new BodyLimits(256 * 1024, 256 * 1024, Duration.ofSeconds(10));

  private final Bodies bodies;
  private final WorkerExecutor workers;

  /**
   * @param threads what they are called
   * @param count at most so many requests are worked on at once
   */
  public Answering(Vertx vertx, Bodies bodies, String threads, int count) {
    this.bodies = bodies;
    this.workers = vertx.createSharedWorkerExecutor(threads, count);
  }

  /** Work with a body. */
  @FunctionalInterface
  public interface Work {
    ObjectNode on(byte[] body) throws Exception;
  }

  /** Answers with what the work gives, or by its exception. */
  public void answer(RoutingContext ctx, int status, Callable<ObjectNode> work) {
    AnswerTimer.waitsFor(ctx, ErrorCode.STATE_UNAVAILABLE);
    workers
        .executeBlocking(work, false)
        .onSuccess(
            answer -> {
              if (!ctx.response().ended()) {
                ctx.response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/json")
                    .end(answer.toString());
              }
            })
        .onFailure(ctx::fail);
  }

  /** Reads the body, then {@link #answer answers}. A larger body than 256 KiB is refused. */
  public void answerBody(RoutingContext ctx, int status, Work work) {
    bodies
        .read(ctx, BODY)
        .onFailure(ctx::fail)
        .onSuccess(body -> answer(ctx, status, () -> work.on(body)));
  }

  @Override
  public void close() {
    workers.close();
  }
}

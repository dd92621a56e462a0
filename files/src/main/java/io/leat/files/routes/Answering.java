package io.leat.files.routes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.http.AnswerTimer;
import io.leat.http.Bodies;
import io.leat.http.BodyLimits;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Works on threads of its own and answers with JSON. */
final class Answering implements AutoCloseable {
  private static final BodyLimits BODY =
      new BodyLimits(256 * 1024, 256 * 1024, Duration.ofSeconds(10));

  private final Bodies bodies;
  private final WorkerExecutor workers;

  Answering(Vertx vertx, Bodies bodies, String threads, int count) {
    this.bodies = bodies;
    this.workers = vertx.createSharedWorkerExecutor(threads, count);
  }

  /** Work with a body. */
  interface Work {
    ObjectNode on(byte[] body) throws Exception;
  }

  void answer(RoutingContext ctx, int status, Callable<ObjectNode> work) {
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

  void answerBody(RoutingContext ctx, int status, Work work) {
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

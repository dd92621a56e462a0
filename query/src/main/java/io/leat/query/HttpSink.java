package io.leat.query;

import io.leat.event.LeatException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer to a client as fast as the client reads. Formats on the query's thread, writes on
 * the request's event loop; what both touch is guarded by this object's monitor.
 */
final class HttpSink implements ResultSink {
  private static final long FULL_BYTES = 512 * 1024;

  private final RoutingContext ctx;
  private final Context loop;
  private final AnswerFormat.Kind kind;
  private final AnswerFormat format;

  // The query's thread only.
  private List<ResultColumn> columns = List.of();
  private boolean isStarted;

  private long pending;
  private boolean isClosed;
  private @Nullable Runnable resume;
  private @Nullable QueryHandle handle;

  /** Call it on the request's event loop. */
  HttpSink(RoutingContext ctx, AnswerFormat.Kind kind) {
    this.ctx = ctx;
    this.loop = ctx.vertx().getOrCreateContext();
    this.kind = kind;
    this.format = kind.format();
    ctx.response().closeHandler(ignored -> closed());
    ctx.response().exceptionHandler(ignored -> closed());
  }

  /** The query that fills this sink; it is cancelled when the client goes away. */
  void attach(QueryHandle query) {
    boolean isTooLate;
    synchronized (this) {
      handle = query;
      isTooLate = isClosed;
    }
    if (isTooLate) {
      query.cancel();
    }
  }

  @Override
  public void columns(List<ResultColumn> columns) {
    this.columns = columns; // kept until there is a row: an error may still get a status
  }

  @Override
  public void rows(byte[] json) {
    byte[] head = start();
    byte[] rows = format.rows(json);
    send(head.length == 0 ? rows : AnswerFormat.joined(head, rows));
  }

  @Override
  public void done(QuerySummary summary) {
    byte[] end = AnswerFormat.joined(start(), format.tail(summary));
    String trailer = AnswerJson.summary(summary).encode();
    onLoop(
        response -> {
          if (kind != AnswerFormat.Kind.JSON) {
            response.putTrailer("Leat-Summary", trailer);
          }
          response.end(Buffer.buffer(end));
        });
  }

  @Override
  public void failed(LeatException failure) {
    if (!isStarted) {
      loop.runOnContext(ignored -> refuse(failure));
      return;
    }
    byte[] end = format.failure(failure);
    onLoop(
        response -> {
          if (end.length == 0) {
            response.reset();
          } else {
            response.end(Buffer.buffer(end));
          }
        });
  }

  private void refuse(LeatException failure) {
    if (!ctx.response().closed() && !ctx.response().ended()) {
      ctx.fail(failure);
    }
  }

  private byte[] start() {
    if (isStarted) {
      return new byte[0];
    }
    isStarted = true;
    onLoop(
        response ->
            response
                .setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, kind.contentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store"));
    return format.head(columns);
  }

  private void send(byte[] bytes) {
    synchronized (this) {
      pending += bytes.length;
    }
    loop.runOnContext(
        ignored -> {
          HttpServerResponse response = ctx.response();
          if (response.closed() || response.ended()) {
            closed();
          } else {
            response
                .write(Buffer.buffer(bytes))
                .onComplete(written -> sent(bytes.length, written.failed()));
          }
        });
  }

  private void sent(long bytes, boolean failed) {
    Runnable waiting = null;
    synchronized (this) {
      pending -= bytes;
      if (pending < FULL_BYTES / 2) {
        waiting = resume;
        resume = null;
      }
    }
    if (waiting != null) {
      waiting.run();
    }
    if (failed) {
      closed();
    }
  }

  @Override
  public synchronized boolean isFull() {
    return !isClosed && pending >= FULL_BYTES;
  }

  @Override
  public void whenReady(Runnable action) {
    synchronized (this) {
      if (isFull()) {
        resume = action;
        return;
      }
    }
    action.run();
  }

  private void closed() {
    Runnable waiting;
    QueryHandle query;
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      waiting = resume;
      resume = null;
      query = handle;
    }
    if (query != null) {
      query.cancel(); // does nothing to a query that is over
    }
    if (waiting != null) {
      waiting.run();
    }
  }

  private interface OnResponse {
    void run(HttpServerResponse response);
  }

  private void onLoop(OnResponse action) {
    loop.runOnContext(
        ignored -> {
          HttpServerResponse response = ctx.response();
          if (!response.closed() && !response.ended()) {
            action.run(response);
          }
        });
  }
}

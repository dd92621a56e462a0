package io.leat.http;

import io.leat.event.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Answers that say what went wrong, by RFC 9457. */
public final class ProblemDocument {
  /** The media type of every error. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private ProblemDocument() {}

  /**
   * Ends the request with the code's status.
   *
   * @param detail what is wrong with this request and what to do; neither payload nor secret
   */
  public static void send(RoutingContext ctx, ErrorCode code, String detail) {
    send(ctx, code, detail, new JsonObject());
  }

  /** As above, with extension members. */
  public static void send(
      RoutingContext ctx, ErrorCode code, String detail, JsonObject extensions) {
    var response = ctx.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      // The status is out: all that is left is to make the answer visibly incomplete.
      ctx.request().connection().close();
      return;
    }
    response
        .setStatusCode(code.httpStatus())
        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
        .end(json(code, detail, Guard.requestId(ctx), extensions).toBuffer());
  }

  /** The document itself. */
  static JsonObject json(ErrorCode code, String detail, String requestId, JsonObject extensions) {
    return new JsonObject()
        .put("type", code.type())
        .put("title", code.title())
        .put("status", code.httpStatus())
        .put("detail", detail)
        .put("code", code.code())
        .put("request_id", requestId)
        .mergeIn(extensions);
  }
}

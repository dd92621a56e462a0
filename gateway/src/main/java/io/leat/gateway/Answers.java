package io.leat.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.leat.event.ErrorCode;
import io.leat.gateway.Submission.Entry;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Outcome;
import io.leat.http.ProblemDocument;
import io.leat.schema.Violation;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says to the client what became of its records. Runs on the event loop. */
final class Answers {
  private static final int ACCEPTED = 202;
  private static final int MIXED = 207;
  private static final String RETRY_AFTER_SECONDS = "1";

  private static final JsonFactory JSON = new JsonFactory();

  private final IngestMetrics metrics;
  private final OutcomeCounts outcomes;
  private final Rejections rejections;

  Answers(IngestMetrics metrics, OutcomeCounts outcomes, Rejections rejections) {
    this.metrics = metrics;
    this.outcomes = outcomes;
    this.rejections = rejections;
  }

  void send(RoutingContext ctx, Submission submission) {
    Tally tally = count(submission);
    if (ctx.response().ended() || ctx.response().closed()) {
      return;
    }
    Refusal whole = submission.whole();
    if (whole != null) {
      problem(ctx, whole.code(), whole, wholeKept(submission, whole));
    } else if (submission.batch()) {
      batch(ctx, submission, tally);
    } else {
      single(ctx, submission);
    }
  }

  /** How many of each kind there are. */
  private static final class Tally {
    private int accepted;
    private final Map<ErrorCode, Integer> rejected = new EnumMap<>(ErrorCode.class);

    private int rejected() {
      return rejected.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private Tally count(Submission submission) {
    Tally tally = new Tally();
    String stream = submission.ingest().stream().name();
    Refusal whole = submission.whole();
    if (whole != null) {
      // An expired or refused request may not even have been read: it counts as one.
      metrics.rejected(stream, whole.code(), 1);
      if (Rejections.kept(whole.code()) && !wholeKept(submission, whole)) {
        lost(submission.entries().get(0));
      }
      return tally;
    }
    for (Entry entry : submission.entries()) {
      ErrorCode code = code(submission, entry);
      if (code == null) {
        tally.accepted++;
      } else {
        tally.rejected.merge(code, 1, Integer::sum);
      }
      if (entry.refusal() != null && !submission.kept(entry)) {
        lost(entry);
      }
    }
    metrics.accepted(stream, tally.accepted);
    outcomes.add(
        submission.ingest().stream(),
        tally.accepted,
        tally.rejected.getOrDefault(ErrorCode.OUTCOME_UNKNOWN, 0));
    tally.rejected.forEach((code, count) -> metrics.rejected(stream, code, count));
    return tally;
  }

  /** A worker may still be busy with the entries unless the refusal is one that is kept. */
  private static boolean wholeKept(Submission submission, Refusal whole) {
    return Rejections.kept(whole.code()) && submission.kept(submission.entries().get(0));
  }

  /** A copy was on its way to the log, but did not get there. */
  private void lost(Entry entry) {
    if (entry.slot() >= 0) {
      rejections.lost();
    }
  }

  private static @Nullable ErrorCode code(Submission submission, Entry entry) {
    Refusal refusal = entry.refusal();
    return refusal != null ? refusal.code() : submission.outcome(entry).error();
  }

  private static String reason(Entry entry, ErrorCode code) {
    Refusal refusal = entry.refusal();
    return refusal != null ? refusal.reason() : code.title();
  }

  private static void single(RoutingContext ctx, Submission submission) {
    Entry entry = submission.entries().get(0);
    ErrorCode code = code(submission, entry);
    if (code == null) {
      ctx.response()
          .setStatusCode(ACCEPTED)
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
          .end(
              write(
                  json -> {
                    json.writeStartObject();
                    json.writeStringField("id", String.valueOf(entry.id()));
                    json.writeStringField("position", submission.position(entry));
                    json.writeEndObject();
                  }));
      return;
    }
    Refusal refusal = entry.refusal();
    problem(
        ctx,
        code,
        refusal == null ? Refusal.of(code, reason(entry, code)) : refusal,
        submission.kept(entry));
  }

  private static void problem(RoutingContext ctx, ErrorCode code, Refusal refusal, boolean kept) {
    JsonObject extensions = new JsonObject();
    if (!refusal.errors().isEmpty()) {
      JsonArray errors = new JsonArray();
      for (Violation error : refusal.errors()) {
        errors.add(
            new JsonObject().put("pointer", error.pointer()).put("message", error.message()));
      }
      extensions.put("errors", errors);
    }
    if (refusal.more() > 0) {
      extensions.put("more_errors", refusal.more());
    }
    if (Rejections.kept(code)) {
      extensions.put("kept", kept);
    }
    retryAfter(ctx, code);
    ProblemDocument.send(ctx, code, refusal.reason(), extensions);
  }

  private static void retryAfter(RoutingContext ctx, ErrorCode code) {
    if (code.httpStatus() == 503 && !ctx.response().headWritten()) {
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
  }

  /**
   * 202 when all were accepted, 207 when not; when none was and the log is the reason, its 503, so
   * that a client that looks at the status alone sends again.
   */
  private static void batch(RoutingContext ctx, Submission submission, Tally tally) {
    boolean rejectedOnly = "rejected".equals(ctx.request().getParam("results"));
    int rejected = tally.rejected();
    int status = rejected == 0 ? ACCEPTED : MIXED;
    if (tally.accepted == 0) {
      for (ErrorCode code : tally.rejected.keySet()) {
        if (code.httpStatus() == 503) {
          status = 503;
          retryAfter(ctx, code);
        }
      }
    }
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(
            write(
                json -> {
                  json.writeStartObject();
                  json.writeNumberField("accepted", tally.accepted);
                  json.writeNumberField("rejected", rejected);
                  json.writeArrayFieldStart("results");
                  for (int i = 0; i < submission.entries().size(); i++) {
                    result(json, submission, i, rejectedOnly);
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                }));
  }

  private static void result(
      JsonGenerator json, Submission submission, int index, boolean rejectedOnly)
      throws IOException {
    Entry entry = submission.entries().get(index);
    ErrorCode code = code(submission, entry);
    if (code == null && rejectedOnly) {
      return;
    }
    json.writeStartObject();
    json.writeNumberField("index", index);
    json.writeNumberField("status", code == null ? ACCEPTED : code.httpStatus());
    if (entry.id() != null) {
      json.writeStringField("id", entry.id());
    }
    if (code == null) {
      json.writeStringField("position", submission.position(entry));
    } else {
      json.writeStringField("code", code.code());
      json.writeStringField("reason", reason(entry, code));
      errors(json, entry.refusal());
      if (Rejections.kept(code) && submission.outcome(entry) != Outcome.TOO_LARGE) {
        json.writeBooleanField("kept", submission.kept(entry));
      }
    }
    json.writeEndObject();
  }

  private static void errors(JsonGenerator json, @Nullable Refusal refusal) throws IOException {
    if (refusal == null || refusal.errors().isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("errors");
    for (Violation error : refusal.errors()) {
      json.writeStartObject();
      json.writeStringField("pointer", error.pointer());
      json.writeStringField("message", error.message());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (refusal.more() > 0) {
      json.writeNumberField("more_errors", refusal.more());
    }
  }

  private interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private static Buffer write(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}

package io.leat.app.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches of events. A batch that meets 429, 503 or silence is sent again as it was, with the
 * same Idempotency-Key, so that records which the log holds already are recognised. Thread-safe.
 */
public final class EventSender {
  private static final String OUTCOME_UNKNOWN = ErrorCode.OUTCOME_UNKNOWN.code();

  private final LeatClient client;
  private final RetryPolicy policy;
  private final Pause pause;

  public EventSender(LeatClient client, RetryPolicy policy, Pause pause) {
    this.client = client;
    this.policy = policy;
    this.pause = pause;
  }

  /** An answer, or the lack of one ({@code status} 0). */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(int status, byte[] body, @Nullable Duration retryAfter, String failure) {}

  /**
   * Sends one batch.
   *
   * @param stream {@code blueprint.stream}
   * @param idempotencyKey unique to this batch
   * @throws HttpProblemException if the request as a whole is refused for good, such as for its
   *     credential
   * @throws IOException if no attempt was answered
   */
  public BatchOutcome send(
      String stream, BatchFormat format, List<byte[]> records, String idempotencyKey)
      throws IOException {
    HttpRequest request = request(stream, format, records, idempotencyKey);
    List<@Nullable RecordResult> merged = new ArrayList<>();
    records.forEach(r -> merged.add(null));
    int again = 0;
    int unknown = 0;
    for (int attempt = 1; ; attempt++) {
      Answer answer = attempt(request);
      List<RecordResult> results = results(answer, records.size());
      unknown += unknown(answer, results, records.size());
      again += merge(merged, results);
      boolean retry = merged.stream().anyMatch(r -> r == null || r.isRetryable());
      if (!retry || attempt == policy.attempts()) {
        return outcome(merged, answer, attempt, again, unknown);
      }
      await(answer, attempt);
    }
  }

  private Answer attempt(HttpRequest request) throws IOException {
    try {
      HttpResponse<byte[]> response = client.exchangeAny(request);
      return new Answer(response.statusCode(), response.body(), retryAfter(response), "");
    } catch (SSLHandshakeException e) {
      throw new IOException(client.untrusted(e), e); // Nothing was sent, and it will not change.
    } catch (IOException e) {
      return new Answer(0, new byte[0], null, LeatClient.describe(e));
    }
  }

  /** How many records of an attempt the log may hold without our knowing. */
  private static int unknown(Answer answer, List<RecordResult> results, int count) {
    if (results.isEmpty()) {
      // 408 and 504 come after the body was taken; a refusal by 429 or 503 says its code.
      boolean refused = answer.status() == 429 || answer.status() == 503;
      boolean open = !refused || OUTCOME_UNKNOWN.equals(code(answer));
      return open ? count : 0;
    }
    return (int) results.stream().filter(r -> r.code().equals(OUTCOME_UNKNOWN)).count();
  }

  private static String code(Answer answer) {
    return LeatClient.problem(answer.status(), answer.body()).code();
  }

  /** The results of an answer; empty when it says nothing of the records and may be retried. */
  private static List<RecordResult> results(Answer answer, int count) {
    if (answer.status() == 0) {
      return List.of();
    }
    List<RecordResult> results = parse(answer.body());
    if (!results.isEmpty()) {
      return results;
    }
    boolean retryable = answer.status() == 429 || answer.status() >= 500 || answer.status() == 408;
    if (answer.status() >= 300) {
      HttpProblemException problem = LeatClient.problem(answer.status(), answer.body());
      if (count == 1 && (answer.status() == 400 || answer.status() == 422)) {
        return List.of(
            new RecordResult(
                0, answer.status(), problem.code(), String.valueOf(problem.getMessage())));
      }
      if (!retryable) {
        throw problem;
      }
      return List.of();
    }
    List<RecordResult> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new RecordResult(i, answer.status(), "", ""));
    }
    return all;
  }

  private static List<RecordResult> parse(byte[] body) {
    List<RecordResult> results = new ArrayList<>();
    try {
      for (JsonNode result : LeatClient.JSON.readTree(body).path("results")) {
        results.add(
            new RecordResult(
                result.path("index").asInt(results.size()),
                result.path("status").asInt(),
                result.path("code").asText(""),
                result.path("reason").asText(result.path("detail").asText(""))));
      }
    } catch (IOException e) {
      // An answer that is not JSON says nothing of the records; its status still counts.
      return List.of();
    }
    return results;
  }

  private static int merge(List<@Nullable RecordResult> merged, List<RecordResult> results) {
    int again = 0;
    for (RecordResult result : results) {
      if (result.index() < 0 || result.index() >= merged.size()) {
        continue;
      }
      RecordResult before = merged.get(result.index());
      if (before != null && before.isAccepted()) {
        again += result.isAccepted() ? 1 : 0;
      } else {
        merged.set(result.index(), result);
      }
    }
    return again;
  }

  private BatchOutcome outcome(
      List<@Nullable RecordResult> merged, Answer last, int attempts, int again, int unknown)
      throws IOException {
    List<RecordResult> results = new ArrayList<>();
    for (int i = 0; i < merged.size(); i++) {
      RecordResult result = merged.get(i);
      if (result == null && last.status() == 0) {
        throw new IOException(
            "no answer from "
                + client.base()
                + " after "
                + attempts
                + " attempts: "
                + last.failure());
      }
      if (result == null) {
        HttpProblemException problem = LeatClient.problem(last.status(), last.body());
        String code = problem.code().isEmpty() ? "http-" + last.status() : problem.code();
        result = new RecordResult(i, last.status(), code, String.valueOf(problem.getMessage()));
      }
      results.add(result);
    }
    return new BatchOutcome(results, attempts, again, unknown);
  }

  private void await(Answer answer, int attempt) throws IOException {
    Duration wait = policy.wait(attempt);
    Duration asked = answer.retryAfter();
    if (asked != null && asked.compareTo(wait) > 0) {
      wait = asked.compareTo(policy.longest()) > 0 ? policy.longest() : asked;
    }
    try {
      pause.of(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting to send again", e);
    }
  }

  private HttpRequest request(
      String stream, BatchFormat format, List<byte[]> records, String idempotencyKey)
      throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(format.body(records));
    }
    return client
        .request("/v1/events/" + stream)
        .timeout(policy.answer())
        .header("Content-Type", format.contentType())
        .header("Content-Encoding", "gzip")
        .header("Idempotency-Key", idempotencyKey)
        .POST(HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray()))
        .build();
  }

  private static @Nullable Duration retryAfter(HttpResponse<byte[]> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("");
    try {
      return seconds.isEmpty() ? null : Duration.ofSeconds(Long.parseLong(seconds.strip()));
    } catch (NumberFormatException e) {
      return null; // A date: the policy's own wait will do.
    }
  }
}

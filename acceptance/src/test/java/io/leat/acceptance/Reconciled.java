package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** What {@code GET /v1/reconcile} found. */
record Reconciled(JsonNode json) {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Asks until it is done. */
  static Reconciled of(TestingClient client, String query)
      throws IOException, InterruptedException {
    TestingClient.Answer first = client.get("/v1/reconcile" + query);
    assertThat(first.status()).as(first::toString).isIn(200, 202);
    String run = "/v1/reconcile?run=" + first.json().path("run").asText();
    return new Reconciled(
        Until.fits(
                SOON,
                () -> client.get(run),
                answer -> answer.status() != 202,
                () -> "the reconciliation does not end")
            .json());
  }

  /** Of all that there is. */
  static Reconciled whole(TestingClient client) throws IOException, InterruptedException {
    return of(client, "?from=beginning");
  }

  void isClean() {
    assertThat(json.path("reconciled").asBoolean()).as(json::toString).isTrue();
    assertThat(json.path("gaps").asLong(-1)).isZero();
  }

  JsonNode stream(String name) {
    for (JsonNode stream : json.path("streams")) {
      if (stream.path("stream").asText().equals(name)) {
        return stream;
      }
    }
    throw new AssertionError("no stream " + name + " in " + json);
  }

  /** The positions of the gaps of a kind: {@code partition@offset}. */
  Set<String> positions(String stream, String code) {
    Set<String> positions = new TreeSet<>();
    for (JsonNode gap : stream(stream).path("gaps")) {
      assertThat(gap.path("exact").asBoolean()).as(gap::toString).isTrue();
      if (gap.path("code").asText().equals(code)) {
        long next = gap.path("next_offset").asLong();
        for (long offset = gap.path("first_offset").asLong(); offset < next; offset++) {
          positions.add(gap.path("partition").asInt() + "@" + offset);
        }
      }
    }
    return positions;
  }

  /** The kinds of gaps of a stream. */
  Set<String> codes(String stream) {
    return new TreeSet<>(stream(stream).path("gaps").findValuesAsText("code"));
  }
}

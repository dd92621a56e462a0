package io.leat.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The public corpus of JSON (nst/JSONTestSuite) over HTTP; the schema module pins the reasons. */
@Order(40)
@ExtendWith(SharedPlatform.class)
class GatewayCorpusTest {
  /** What RFC 8259 leaves open and Leat takes. */
  private static final Set<String> OPEN_AND_ACCEPTED =
      Set.of(
          "i_number_double_huge_neg_exp",
          "i_number_neg_int_huge_exp",
          "i_number_pos_double_huge_exp",
          "i_number_too_big_neg_int",
          "i_number_too_big_pos_int",
          "i_number_very_big_negative_int");

  private final TestingClient client;

  GatewayCorpusTest(SharedPlatform.Running leat) throws Exception {
    String key = leat.admin().newKey("corpus", "\"send\",\"read\"", "\"devices.*\"");
    this.client = leat.admin().as(key);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Case(String name, byte[] bytes) {}

  @Test
  void everyCaseIsAnsweredAsTheStandardSaysAndEveryRefusedOneIsKept() throws Exception {
    Map<String, TestingClient.Answer> answers = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    List<Case> cases = cases();
    assertThat(cases).hasSize(318);
    for (Case c : cases) {
      TestingClient.Answer answer =
          client.post("/v1/events/devices.telemetry", "application/json", c.bytes());
      answers.put(c.name(), answer);
      if (!isRight(c, answer)) {
        wrong.add(c.name() + " -> " + answer);
      }
      assertThat(answer.millis()).as(c.name()).isLessThan(5_000);
    }
    assertThat(wrong).isEmpty();
    eachIsKeptWithItsBytes(cases, answers);
  }

  private static boolean isRight(Case c, TestingClient.Answer answer) {
    return switch (c.name().charAt(0)) {
      case 'y' -> isTaken(answer);
      case 'n' -> answer.status() == 400;
      default ->
          OPEN_AND_ACCEPTED.contains(c.name()) ? isTaken(answer) : statuses(answer).contains(400);
    };
  }

  /** 422 is the schema's answer: nothing of the corpus is telemetry. */
  private static boolean isTaken(TestingClient.Answer answer) {
    return Set.of(202, 422).containsAll(statuses(answer));
  }

  /** Of the records of an array, else of the whole. */
  private static List<Integer> statuses(TestingClient.Answer answer) {
    if (answer.status() != 207) {
      return List.of(answer.status());
    }
    List<Integer> statuses = new ArrayList<>();
    answer.json().path("results").forEach(r -> statuses.add(r.path("status").asInt()));
    return statuses;
  }

  private static long refused(TestingClient.Answer answer) {
    return statuses(answer).stream().filter(status -> status != 202).count();
  }

  private void eachIsKeptWithItsBytes(List<Case> cases, Map<String, TestingClient.Answer> answers)
      throws Exception {
    long refused = answers.values().stream().mapToLong(GatewayCorpusTest::refused).sum();
    List<JsonNode> rows =
        Until.fits(
            Duration.ofSeconds(60),
            () ->
                client.rows(
                    """
                    SELECT request_id, code, stream, original_length, payload
                    FROM devices_raw.rejected WHERE client = '%s'"""
                        .formatted(client.key().split("_", -1)[1])),
            found -> found.size() >= refused,
            () -> "not all of " + refused + " refused records are kept");
    assertThat(rows).hasSize((int) refused);
    Map<String, List<JsonNode>> byRequest =
        rows.stream().collect(Collectors.groupingBy(row -> row.path(0).asText()));
    for (Case c : cases) {
      TestingClient.Answer answer = requireNonNull(answers.get(c.name()));
      List<JsonNode> kept =
          byRequest.getOrDefault(
              answer.http().headers().firstValue("X-Request-Id").orElseThrow(), List.of());
      assertThat(kept).as(c.name()).hasSize((int) refused(answer));
      for (JsonNode row : kept) {
        byte[] payload = Base64.getDecoder().decode(row.path(4).asText());
        assertThat(text(c.bytes())).as(c.name()).contains(text(payload));
        assertThat(row.path(2).asText()).isEqualTo("telemetry");
        if (answer.status() != 207) {
          assertThat(row.path(1).asText()).as(c.name()).isEqualTo(answer.code());
          assertThat(text(c.bytes()).strip()).as(c.name()).startsWith(text(payload).strip());
          assertThat(row.path(3).asLong())
              .as(c.name())
              .isBetween((long) payload.length, (long) c.bytes().length);
        }
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** One copy of the corpus: that of the schema module. */
  private static List<Case> cases() throws IOException {
    Path corpus = Repository.root().resolve("schema/src/test/resources/json-test-suite.tsv");
    return Files.readAllLines(corpus).stream()
        .filter(line -> !line.isBlank() && "yni".indexOf(line.charAt(0)) >= 0)
        .map(line -> line.split("\t", -1))
        .map(parts -> new Case(parts[0], bytes(parts[1])))
        .toList();
  }

  private static byte[] bytes(String parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part : parts.split(" ", -1)) {
      int star = part.indexOf('*');
      int times = star < 0 ? 1 : Integer.parseInt(part.substring(0, star));
      byte[] piece = Base64.getDecoder().decode(part.substring(star + 1));
      for (int i = 0; i < times; i++) {
        bytes.writeBytes(piece);
      }
    }
    return bytes.toByteArray();
  }
}

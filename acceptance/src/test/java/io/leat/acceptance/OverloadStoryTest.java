package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More is sent than the processor works off: the log fills up to its budget. */
@Order(80)
class OverloadStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final long BUDGET = 80 << 20;
  private static final int BATCH = 100;

  private final Path directory;
  private final Random random = new Random(11);
  private final Set<String> accepted = new HashSet<>();
  private int sent;

  OverloadStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  @Tag("slow")
  void aLogAtItsBudgetRefusesUntilTheProcessorHasWorkedItOffAndNothingIsLost() throws Exception {
    Path data = directory.resolve("data");
    try (LeatProcess leat = up(data)) {
      TestingClient client = leat.awaitReady(data);
      assertThat(client.status().path("disk").path("refusing").isNull()).isTrue();
      List<ProcessHandle> database = database(data);
      Fault.signal("STOP", database); // without its catalog the processor commits nothing
      TestingClient.Answer refused;
      try {
        refused = sendUntilRefused(client);
        isRefusedAsDocumented(client, refused);
      } finally {
        Fault.signal("CONT", database);
      }
      assertThat(metric(client, "leat_log_bytes")).isBetween((double) BUDGET, BUDGET * 1.25);

      Until.fits(SOON, () -> send(client), a -> a.status() == 202, () -> "accepted again");
      Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
      assertThat(metric(client, "leat_log_given_up_records_total")).isPositive();
      sendPatiently(client, BUDGET);
      nothingIsLost(client);
      Until.fits(
          SOON,
          () -> metric(client, "leat_log_bytes"),
          bytes -> bytes < BUDGET,
          () -> "the log is within its budget again");
      Until.fits(
          SOON,
          () -> metric(client, "leat_stream_lag_records{stream=\"devices.telemetry\"}"),
          lag -> lag == 0,
          () -> "the processor has caught up");
      leat.signal("KILL");
      leat.await(SOON);
    }
    try (LeatProcess again = up(data)) {
      TestingClient client = again.awaitReady(data);
      assertThat(send(client).status()).isEqualTo(202);
      nothingIsLost(client);
    }
  }

  private LeatProcess up(Path data) throws Exception {
    Path config = directory.resolve("leat.yaml");
    Files.writeString(
        config,
        """
        http: {port: 0}
        flink: {commit-interval: 1s}
        disk: {log: %dMiB, reserve: 64MiB}
        """
            .formatted(BUDGET >> 20));
    return LeatProcess.start(
        directory,
        "up",
        Repository.root().resolve("blueprints/devices").toString(),
        "--config",
        config.toString(),
        "--data",
        data.toString());
  }

  private static List<ProcessHandle> database(Path data) throws Exception {
    ProcessHandle postmaster = Fault.postmaster(data);
    try (Stream<ProcessHandle> descendants = postmaster.descendants()) {
      return Stream.concat(Stream.of(postmaster), descendants).toList();
    }
  }

  /** Some 700 kB that do not compress. */
  private TestingClient.Answer send(TestingClient client) throws Exception {
    StringBuilder body = new StringBuilder();
    Set<String> ids = new HashSet<>();
    byte[] noise = new byte[5_000];
    for (int i = 0; i < BATCH; i++) {
      String id = "overload-" + sent++;
      random.nextBytes(noise);
      ids.add(id);
      body.append(
          "{\"event_id\":\"%s\",\"device_id\":\"d%d\",\"ts\":\"%s\",\"noise\":\"%s\"}\n"
              .formatted(id, sent % 50, Instant.now(), Base64.getEncoder().encodeToString(noise)));
    }
    TestingClient.Answer answer =
        client.post(
            "/v1/events/devices.telemetry",
            "application/x-ndjson",
            body.toString().getBytes(UTF_8));
    assertThat(answer.status()).as(answer::toString).isIn(202, 207, 503);
    if (answer.status() == 202) {
      accepted.addAll(ids);
    } else {
      for (JsonNode result : answer.json().path("results")) {
        if (result.path("status").asInt() == 202) {
          accepted.add(result.path("id").asText());
        }
      }
    }
    return answer;
  }

  private TestingClient.Answer sendUntilRefused(TestingClient client) throws Exception {
    long most = BUDGET * 2 / 500_000; // half as many would fill it
    for (int i = 0; i < most; i++) {
      TestingClient.Answer answer = send(client);
      if (answer.status() == 503 && answer.code().equals("log-full")) {
        return answer;
      }
    }
    throw new AssertionError("twice the budget was accepted");
  }

  private void isRefusedAsDocumented(TestingClient client, TestingClient.Answer refused)
      throws Exception {
    assertThat(refused.http().headers().firstValue("Retry-After")).contains("5");
    assertThat(refused.json().path("detail").asText())
        .matches(
            "The log holds [0-9.]+ MiB of the 80\\.0 MiB that it may\\. It gets smaller as the"
                + " processor works it off: send again later\\. If it does not, look after the jobs"
                + " in 'leat status', or set 'disk\\.log' in leat\\.yaml higher\\.");
    Thread.sleep(3_000);
    assertThat(send(client).code()).as("the processor stands still").isEqualTo("log-full");
    assertThat(metric(client, "leat_gateway_refusing{code=\"log-full\"}")).isEqualTo(1);
    JsonNode disk = client.status().path("disk");
    assertThat(disk.path("refusing").asText()).isEqualTo("log-full");
    assertThat(disk.path("log").path("budget").asLong()).isEqualTo(BUDGET);
    JsonNode health = client.get("/health/ready").json();
    assertThat(health.path("checks").path("disk").asText()).isNotEqualTo("ready");
  }

  /** As a client does that sends again what was refused. */
  private void sendPatiently(TestingClient client, long bytes) throws Exception {
    for (long sentBytes = 0; sentBytes < bytes; sentBytes += 680_000) {
      Until.fits(SOON, () -> send(client), a -> a.status() == 202, () -> "a batch is accepted");
    }
  }

  /** By id: each accepted event is processed once. */
  private void nothingIsLost(TestingClient client) throws Exception {
    Books books = Books.settled(client);
    Set<String> processed = new HashSet<>();
    for (JsonNode row :
        client.rows("SELECT _event_id, count(*) FROM devices_processed.telemetry GROUP BY 1")) {
      assertThat(row.path(1).asInt()).as("twice: " + row).isEqualTo(1);
      processed.add(row.path(0).asText());
    }
    assertThat(processed).containsAll(accepted);
    assertThat(books.logged()).isGreaterThanOrEqualTo(accepted.size());
  }

  private static double metric(TestingClient client, String name) throws Exception {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(name) + "(?:\\{})? ([0-9.E+-]+|NaN)$")
            .matcher(client.get("/metrics").text());
    assertThat(line.find()).as("there is the metric " + name).isTrue();
    return Double.parseDouble(line.group(1));
  }
}

package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.platform.Platform;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.BlueprintLoader;
import io.leat.lake.LakeCatalog;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job fails for good, is told so, and goes on where it was. */
@Order(78)
class JobFailureStoryTest {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String SECRET = "s3-secret-0123456789";
  private static final TableIdentifier TABLE = TableIdentifier.of("devices_processed", "telemetry");
  private static final TableIdentifier ELSEWHERE =
      TableIdentifier.of("devices_processed", "elsewhere");

  private static final Pattern FAILED =
      Pattern.compile("leat_job_state\\{job=\"devices-lake\",state=\"failed\"\\} 1");
  private static final Pattern RESTARTS =
      Pattern.compile("leat_job_restarts_total\\{job=\"devices-lake\"\\} [1-9]");

  private final Path directory;

  JobFailureStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void aStoreThatIsAwayForLongFailsTheJobWhichGoesOnWithoutAPerson() throws Exception {
    try (TestingS3 s3 = new TestingS3(directory.resolve("s3"), "leat", SECRET);
        Platform platform =
            start(
                """
                data: data
                http: {port: 0}
                flink: {commit-interval: 500ms, restarts: 2}
                lake:
                  warehouse: s3://%s/leat
                  s3: {endpoint: "%s", path-style: true, access-key-id: leat, secret-access-key: %s}
                """
                    .formatted(TestingS3.BUCKET, s3.uri(), SECRET))) {
      TestingClient client = new TestingClient(platform.baseUri(), platform.adminKey());
      TestingFeeder feeder = new TestingFeeder(client, "s3");
      feeder.awaitMore(500, SOON);

      s3.takesWrites(false);

      JsonNode job = awaitFailure(client);
      assertThat(job.path("restarts").asLong()).isGreaterThanOrEqualTo(2);
      assertThat(job.path("failure").asText()).isNotEmpty().doesNotContain("\n");
      assertThat(job.path("next_try").isTextual()).as(job::toString).isTrue();
      assertThat(job.path("runbook").asText()).isEqualTo("docs/runbooks/job-failed.md");
      healthSays(client, "the job devices-lake is FAILED since ", ". It is started again at ");
      Until.fits(
          SOON,
          () -> client.get("/metrics").text(),
          text -> FAILED.matcher(text).find() && RESTARTS.matcher(text).find(),
          () -> "the metrics do not tell");
      feeder.awaitMore(200, SOON);

      Until.holds(
          SOON,
          () -> client.status().path("jobs").path(0).path("restarts").asLong() >= 5,
          "it is tried again");
      s3.takesWrites(true);

      isWell(client, feeder);
    }
  }

  @Test
  void whatFailsTheSameWayAgainStaysFailedUntilItIsApplied() throws Exception {
    try (Platform platform =
        start("data: data\nhttp: {port: 0}\nflink: {commit-interval: 500ms, restarts: 1}\n")) {
      TestingClient client = new TestingClient(platform.baseUri(), platform.adminKey());
      TestingFeeder feeder = new TestingFeeder(client, "gone");
      feeder.awaitMore(500, SOON);

      catalog(platform).renameTable(TABLE, ELSEWHERE);

      JsonNode job =
          Until.fits(
              SOON,
              () -> client.status().path("jobs").path(0),
              j -> j.path("state").asText().equals("FAILED") && j.path("next_try").isNull(),
              () -> "the job does not stay failed");
      assertThat(job.path("failure").asText()).startsWith("NoSuchTableException: ");
      healthSays(
          client,
          "devices_processed.telemetry",
          ". Mend the cause, then start it with 'leat apply'");
      feeder.awaitMore(200, SOON);

      catalog(platform).renameTable(ELSEWHERE, TABLE);
      TestingClient.Answer applied = client.apply();

      assertThat(applied.status()).as(applied::toString).isEqualTo(200);
      assertThat(applied.json().path("changes").toString())
          .contains("devices: the job was restarted from its newest checkpoint");
      isWell(client, feeder);
    }
  }

  private Platform start(String settings) throws Exception {
    Path config = Files.writeString(directory.resolve("leat.yaml"), settings);
    List<Path> folders =
        List.of(Repository.copyOfBlueprint("devices", directory.resolve("blueprints")));
    return Platform.start(
        new SettingsLoader().load(config), folders, new BlueprintLoader().loadAll(folders));
  }

  private static JsonNode awaitFailure(TestingClient client) throws InterruptedException {
    return Until.fits(
        SOON,
        () -> client.status().path("jobs").path(0),
        job -> job.path("state").asText().equals("FAILED"),
        () -> "the job does not fail");
  }

  /** Health names what is not ready to whoever asks, and why to operators only. */
  private static void healthSays(TestingClient client, String... parts) throws Exception {
    Until.fits(
        SOON,
        () -> client.get("/health/ready"),
        answer ->
            answer.status() == 503
                && !answer.json().path("checks").path("flink").asText().equals("ready"),
        () -> "health does not tell of the job");
    String detail =
        Until.fits(
            SOON,
            () -> detail(client),
            text -> List.of(parts).stream().allMatch(text::contains),
            () -> "the status does not say " + List.of(parts));
    assertThat(detail).doesNotContain("\n");
  }

  private static String detail(TestingClient client) throws Exception {
    for (JsonNode component : client.status().path("components")) {
      if (component.path("name").asText().equals("flink")) {
        return component.path("detail").asText();
      }
    }
    throw new AssertionError("there is no component flink");
  }

  private static void isWell(TestingClient client, TestingFeeder feeder) throws Exception {
    Until.holds(SOON, () -> client.get("/health/ready").status() == 200, "ready again");
    feeder.awaitMore(200, SOON);
    feeder.end();
    assertThat(feeder.refusals()).isEmpty();
    Books books = Books.settled(client);
    assertThat(books.processed()).isEqualTo(feeder.acknowledged().size());
    Set<String> ids = new HashSet<>();
    for (JsonNode row : client.rows("SELECT _event_id FROM devices_processed.telemetry")) {
      assertThat(ids.add(row.path(0).asText())).as(row.toString()).isTrue();
    }
    assertThat(ids).isEqualTo(new HashSet<>(feeder.acknowledged()));
    Reconciled.whole(client).isClean();
    assertThat(client.status().path("jobs").path(0).path("state").asText()).isEqualTo("RUNNING");
  }

  private static Catalog catalog(Platform platform) throws Exception {
    Field field = Platform.class.getDeclaredField("foundation");
    field.setAccessible(true);
    Object foundation = field.get(platform);
    Method catalog = foundation.getClass().getDeclaredMethod("catalog");
    catalog.setAccessible(true);
    return ((LakeCatalog) catalog.invoke(foundation)).catalog();
  }
}

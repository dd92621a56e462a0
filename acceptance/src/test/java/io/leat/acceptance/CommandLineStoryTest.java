package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A person at the command line, with a Leat that runs. */
@Order(80)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandLineStoryTest {
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  private final Path directory;
  private final Path data;
  private LeatProcess leat;
  private TestingClient client;

  CommandLineStoryTest(@TempDir Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  @BeforeAll
  void start() throws Exception {
    Path config = directory.resolve("leat.yaml");
    Files.writeString(config, "flink: {commit-interval: 1s}\nhttp: {port: 0}\n");
    leat =
        LeatProcess.start(
            directory,
            "up",
            Repository.root().resolve("blueprints/devices").toString(),
            "--config",
            config.toString(),
            "--data",
            data.toString());
    client = leat.awaitReady(data);
  }

  @AfterAll
  void stop() {
    leat.close();
  }

  @Test
  void whatUpSaysTellsWhereEverythingIs() {
    assertThat(leat.said())
        .contains("Up in ", " at " + client.base())
        .contains("kafka", "postgres", "flink", "lake", "query", "gateway")
        .contains(data.resolve("admin.key").toString(), data.resolve("logs/leat.log").toString())
        .contains("Ctrl-C")
        .doesNotContain("\u001b[");
  }

  @Test
  void eventsOfAFileAndOfStandardInputAreSentAndQueried() throws Exception {
    Path file = directory.resolve("events.ndjson");
    Files.writeString(file, event("cli-1", 21) + "\n" + event("cli-2", 22) + "\n");

    LeatProcess.Result sent = command("", "send", "devices.telemetry", file.toString());
    LeatProcess.Result piped =
        command(
            "[" + event("cli-3", 23) + ",{\"device_id\":7}]",
            "send",
            "devices.telemetry",
            "-",
            "--json");

    assertThat(sent.exitCode()).as(sent::toString).isEqualTo(0);
    assertThat(sent.out())
        .startsWith("2 records sent to devices.telemetry in ")
        .contains("2 accepted");
    assertThat(piped.exitCode()).isEqualTo(1);
    JsonNode report = TestingClient.JSON.readTree(piped.out());
    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("reasons").toString()).isEqualTo("{\"422 schema-violation\":1}");

    Books.settled(client);
    String sql =
        "SELECT _event_id AS id, temperature_c AS t FROM devices_processed.telemetry"
            + " WHERE _event_id LIKE 'cli-_' ORDER BY 1 LIMIT 2";
    assertThat(command("", "sql", sql, "--format", "csv").out())
        .isEqualTo("id,t\r\ncli-1,21.0\r\ncli-2,22.0\r\n");
    assertThat(command("", "sql", sql, "--format", "json").out())
        .isEqualTo("[\n{\"id\":\"cli-1\",\"t\":21.0},\n{\"id\":\"cli-2\",\"t\":22.0}\n]\n");
    LeatProcess.Result table = command(sql + ";\n", "sql");
    assertThat(table.out()).contains("id", "cli-1", "21.0", "cli-2", "22.0");
    assertThat(table.err()).containsPattern("2 rows in .*, [0-9]+ files? scanned, [0-9]+ skipped");

    LeatProcess.Result reconciled = command("", "reconcile", "devices", "--from", "2h");
    assertThat(reconciled.exitCode()).as(reconciled::toString).isEqualTo(0);
    assertThat(reconciled.out())
        .contains("verdict", "unacknowledged")
        .containsPattern("devices\\.telemetry +[0-9]+ .* reconciled");
    assertThat(reconciled.err()).contains("records counted from ");
    LeatProcess.Result whole = command("", "reconcile", "--all", "--json");
    assertThat(TestingClient.JSON.readTree(whole.out()).path("reconciled").asBoolean()).isTrue();
    LeatProcess.Result mistaken = command("", "reconcile", "--from", "yesterday");
    assertThat(mistaken.exitCode()).isEqualTo(1);
    assertThat(mistaken.err()).contains("--from is 'yesterday'; write a time such as");

    LeatProcess.Result trace = command("", "trace", "cli-1");
    assertThat(trace.exitCode()).isEqualTo(0);
    assertThat(trace.out()).contains("log", "raw", "processed", "devices.telemetry/");
    LeatProcess.Result unknown = command("", "trace", "cli-unknown");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).isEqualTo("leat: no event with the id 'cli-unknown' is known.\n");

    LeatProcess.Result states = command("", "state", "list", "devices.device", "--prefix", "no-");
    assertThat(states.exitCode()).as(states::toString).isEqualTo(0);
    assertThat(states.out()).isEqualTo("There is none.\n");
    LeatProcess.Result never = command("", "state", "show", "devices.device", "never-seen");
    assertThat(never.exitCode()).isEqualTo(1);
    assertThat(never.err())
        .isEqualTo(
            "leat: The table 'devices.device' knows nothing of this key, or no longer"
                + " (not-found).\n");

    LeatProcess.Result tail =
        command("", "tail", "devices.telemetry", "--from", "beginning", "-n", "1");
    assertThat(tail.exitCode()).as(tail::toString).isEqualTo(0);
    assertThat(tail.out().lines()).hasSize(1);
    assertThat(tail.out()).contains("@0").contains("\"event_id\":\"cli-");
  }

  @Test
  void aClientIsAddedListedAndRevokedWithoutARestart() throws Exception {
    LeatProcess.Result added =
        command(
            "", "client", "add", "--name", "kiosk", "--role", "send", "--stream", "devices.fault");
    assertThat(added.exitCode()).as(added::toString).isEqualTo(0);
    String key = added.out().strip();
    TestingClient kiosk = client.as(key);
    String fault =
        "{\"device_id\":\"kiosk\",\"ts\":\"%s\",\"code\":\"F1\",\"severity\":\"info\"}"
            .formatted(Instant.now());
    assertThat(kiosk.send("devices.fault", fault).status()).isEqualTo(202);

    String id = key.split("_", -1)[1];
    assertThat(command("", "client", "list").out())
        .containsPattern(id + " +kiosk +send +devices.fault +all +never +active");
    LeatProcess.Result revoked = command("", "client", "revoke", id);
    assertThat(revoked.out()).isEqualTo("Client " + id + " is revoked.\n");

    assertThat(kiosk.send("devices.fault", fault).status()).isEqualTo(401);
    assertThat(command("", "client", "list").out()).doesNotContain(id);
    assertThat(command("", "client", "list", "--all").out()).containsPattern(id + " .* revoked");
    LeatProcess.Result nobody = command("", "client", "revoke", "ffff");
    assertThat(nobody.exitCode()).isEqualTo(1);
    assertThat(nobody.err()).isEqualTo("leat: There is no client with this id (not-found).\n");
  }

  @Test
  void statusAndDoctorAnswerPeopleAndPrograms() throws Exception {
    JsonNode status = TestingClient.JSON.readTree(command("", "status", "--json").out());
    assertThat(status.path("components")).hasSize(6);
    assertThat(status.path("streams")).hasSize(4);
    assertThat(status.path("jobs").path(0).path("state").asText()).isEqualTo("RUNNING");
    assertThat(status.path("jobs").path(0).path("restarts").asInt(-1)).isZero();
    assertThat(status.path("components"))
        .extracting(component -> component.path("address").asText())
        .contains("in this process, 2 jobs", "1 worker process");
    LeatProcess.Result people = command("", "status");
    assertThat(people.exitCode()).isEqualTo(0);
    assertThat(people.out()).contains("kafka", "running", "devices-lake", "telemetry");

    LeatProcess.Result doctor = command("", "doctor", "--json");
    JsonNode checks = TestingClient.JSON.readTree(doctor.out());
    assertThat(doctor.exitCode()).isEqualTo(checks.path("ok").asBoolean() ? 0 : 1);
    assertThat(checks.path("checks").size()).isGreaterThan(5);
  }

  @Test
  void aBlueprintIsValidatedWithAllItsProblems() throws Exception {
    Path broken = Repository.copyOfBlueprint("devices", directory.resolve("broken"));
    Path yaml = broken.resolve("blueprint.yaml");
    Files.writeString(
        yaml,
        Files.readString(yaml)
            .replaceFirst("retention: 7d", "retension: 7d")
            .replaceFirst("partitions: 2", "partitions: many"));

    LeatProcess.Result good =
        LeatProcess.run(
            directory, "", "validate", Repository.root().resolve("blueprints/devices").toString());
    LeatProcess.Result bad = LeatProcess.run(directory, "", "validate", broken.toString());

    assertThat(good.exitCode()).as(good::toString).isEqualTo(0);
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.out() + bad.err())
        .contains("blueprint.yaml:", "Did you mean 'retention'?", "'many'");
  }

  @Test
  void wrongUsageIsToldWithASuggestion() throws Exception {
    LeatProcess.Result result = LeatProcess.run(directory, "", "statsu");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("Did you mean 'status'?");
    Path nothing = directory.resolve("nothing");
    LeatProcess.Result none =
        LeatProcess.run(directory, "", "status", "--data", nothing.toString());
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err())
        .isEqualTo(
            "leat: no Leat runs on "
                + nothing
                + "; start one with 'leat up', or name another with --data or --url.\n");
  }

  @Test
  void thePromptAnswersDescribesAndRemembers() throws Exception {
    assumeTrue(Files.isExecutable(SCRIPT), "needs script(1) for a pseudo terminal");
    List<String> command = new ArrayList<>(Launch.command("sql", "--data", data.toString()));
    command.add(command.indexOf("-cp"), "-Dleat.terminal=012");
    String line = command.stream().map(a -> "'" + a + "'").collect(Collectors.joining(" "));
    Path out = directory.resolve("prompt.out");
    ProcessBuilder builder =
        new ProcessBuilder(
                SCRIPT.toString(), "-qec", "stty cols 120 rows 40; exec " + line, "/dev/null")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("XDG_DATA_HOME", directory.resolve("share").toString());
    builder.environment().put("TERM", "xterm");
    Process prompt = builder.start();
    try (var in = prompt.getOutputStream()) {
      awaitText(out, "leat> ");
      in.write("SELECT 6\n * 7 AS answer;\n\\d\n".getBytes(UTF_8));
      in.flush();
      awaitText(out, "devices_processed.heartbeat");
      in.write("\\q\n".getBytes(UTF_8));
      in.flush();
      assertThat(prompt.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      prompt.destroyForcibly();
    }

    assertThat(prompt.exitValue()).isEqualTo(0);
    assertThat(Files.readString(out)).contains("answer", "42", "1 row in ");
    assertThat(Files.readString(directory.resolve("share/leat/sql-history"))).contains("AS answer");
  }

  private static void awaitText(Path file, String text) throws InterruptedException {
    Until.fits(
        Duration.ofSeconds(30),
        () -> Files.readString(file),
        content -> content.contains(text),
        () -> "'" + text + "' is not shown");
  }

  private LeatProcess.Result command(String input, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--data");
    all.add(data.toString());
    return LeatProcess.run(directory, input, all.toArray(String[]::new));
  }

  private static String event(String id, int temperature) {
    return "{\"event_id\":\"%s\",\"device_id\":\"cli\",\"ts\":\"%s\",\"temperature_c\":%d}"
        .formatted(id, Instant.now(), temperature);
  }
}

package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.client.TestingLeat;
import io.leat.app.demo.Freshness;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.TestingTerminal;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LeatCommandTest {
  private static final Path HOME = TestingLeat.blueprint().resolve("../..").normalize();

  private final TestingTerminal terminal = TestingTerminal.pipe();
  private PlatformLauncher launcher =
      (blueprints, config, data, overrides, observer) -> {
        throw new LeatException(ErrorCode.CONFLICT, "Port 8080 is taken by another program");
      };
  private String input = "";
  private Map<String, String> environment = Map.of();

  @Test
  void everyCommandHasADescriptionAndAnExample() {
    CommandLine leat = LeatCommand.commandLine(context(), mode -> terminal.terminal());
    assertThat(leat.getSubcommands().keySet())
        .containsExactlyInAnyOrder(
            "up",
            "demo",
            "validate",
            "client",
            "send",
            "convert",
            "files",
            "sql",
            "state",
            "status",
            "doctor",
            "tail",
            "trace",
            "reconcile",
            "quarantine",
            "incident",
            "alert",
            "silence",
            "detector",
            "route",
            "delivery",
            "target",
            "maintain",
            "apply",
            "replay",
            "backup",
            "restore",
            "completion",
            "version",
            "help");
    Predicate<CommandLine> helpful =
        c ->
            c.getCommandName().equals("help")
                || (c.getUsageMessage().contains("Example")
                    && c.getCommandSpec().usageMessage().description().length > 0);
    assertThat(leat.getSubcommands().values()).allMatch(helpful);
    CommandLine replay = Objects.requireNonNull(leat.getSubcommands().get("replay"));
    assertThat(replay.getSubcommands().values()).allMatch(helpful);
    CommandLine client = Objects.requireNonNull(leat.getSubcommands().get("client"));
    assertThat(client.getSubcommands().values()).allMatch(helpful);
    CommandLine backup = Objects.requireNonNull(leat.getSubcommands().get("backup"));
    assertThat(backup.getSubcommands().keySet())
        .containsExactlyInAnyOrder("list", "verify", "prune");
    assertThat(backup.getSubcommands().values()).allMatch(helpful);
    Map<String, List<String>> ofIncidents =
        Map.of(
            "incident", List.of("list", "show", "ack", "resolve", "note", "close", "silence"),
            "alert", List.of("explain"),
            "silence", List.of("list", "add", "cancel"),
            "detector", List.of("backtest"),
            "route", List.of("test"),
            "delivery", List.of("list", "show", "redrive"),
            "target", List.of("list", "test", "pause", "resume"));
    ofIncidents.forEach(
        (name, subcommands) -> {
          CommandLine command = Objects.requireNonNull(leat.getSubcommands().get(name));
          assertThat(command.getSubcommands().keySet()).containsAll(subcommands);
          assertThat(command.getSubcommands().values()).as(name).allMatch(helpful);
        });
  }

  @Test
  void whatACommandAboutIncidentsNeedsIsTold() {
    assertThat(run("incident")).isEqualTo(2);
    assertThat(run("delivery", "redrive", "3", "--target", "devices.log")).isEqualTo(2);
    assertThat(run("silence", "add", "shop", "--match", "offline", "--for=2h", "--reason=x"))
        .isEqualTo(1);
    input = "{\"severity\":\"info\"}";
    assertThat(run("route", "test", "-")).isEqualTo(1);
    assertThat(run("alert")).isEqualTo(2);
    assertThat(run("detector")).isEqualTo(2);
    assertThat(run("detector", "backtest", "shop.offline", "--from", "soon")).isEqualTo(1);
    assertThat(run("detector", "backtest", "shop.offline", "--from=1d", "--blueprint", "no/such"))
        .isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo(
            """
            leat: say what to do: list, show, ack, give-back, resolve, reopen, note, close or silence.
            See 'leat incident --help'.
            leat: say what to redrive: numbers of deliveries, or --target.
            See 'leat delivery --help'.
            leat: 'offline' matches nothing; write a field and a value, such as key=kiosk-7.
            leat: the event names no blueprint; say whose routes with --blueprint.
            leat: say what to do: explain.
            See 'leat alert --help'.
            leat: say what to do: backtest.
            See 'leat detector --help'.
            leat: 'soon' is no time; write 2026-01-31T12:00:00Z, or 7d for seven days ago.
            leat: no/such has no blueprint.yaml; name a blueprint's folder.
            """);
  }

  @Test
  void theHelpOfUpIsThis() {
    assertThat(run("up", "--help")).isZero();
    assertThat(terminal.out())
        .isEqualTo(
            """
            Usage: leat up [-h] [--verbose] [--color=WHEN] [--config=FILE] [--data=DIR] [--host=ADDRESS]
                           [--port=N] [DIR...]
            Start everything for some blueprints and stay until Ctrl-C.
            Without DIR: all under blueprints/.
                  [DIR...]         Folders with a blueprint.yaml.
                  --color=WHEN     Use colour: auto (on a terminal, unless NO_COLOR is set), always or never.
                  --config=FILE    leat.yaml: where the engines are (default: embedded ones).
                  --data=DIR       The data directory (default: LEAT_DATA, or ./data).
              -h, --help           Show this help.
                  --host=ADDRESS   The address to listen on, stronger than leat.yaml.
                  --port=N         The HTTP port, stronger than leat.yaml; 0 takes a free one.
                  --verbose        Show the stack trace of a failure.

            Example: leat up blueprints/devices --data /var/lib/leat
            """);
  }

  @Test
  void aNarrowTerminalGetsHelpToo() {
    TestingTerminal narrow = new TestingTerminal(true, false, 40);
    CommandLine leat =
        LeatCommand.commandLine(context(narrow.terminal()), mode -> narrow.terminal());
    assertThat(leat.getUsageMessage().lines()).allMatch(line -> line.length() <= 55);
  }

  @Test
  void aMisspeltCommandIsUsageAndGetsASuggestion() {
    assertThat(run("stauts")).isEqualTo(2);
    assertThat(terminal.err())
        .isEqualTo(
            """
            leat: Unmatched argument at index 0: 'stauts'.
            Did you mean 'status'?
            See 'leat --help'.
            """);
  }

  @Test
  void aFailureIsOneSentenceWithoutAStackTrace(@TempDir Path data) {
    assertThat(run("up", "--data", data.toString())).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo(
            "Starting devices, files on "
                + data
                + "\nleat: Port 8080 is taken by another program.\n");
  }

  @Test
  void verboseShowsTheStackTrace(@TempDir Path data) {
    assertThat(run("up", "--verbose", "--data", data.toString())).isEqualTo(1);
    assertThat(terminal.err()).contains("at io.leat.app.cli");
  }

  @Test
  void withoutARunningLeatTheWayToStartOneIsTold(@TempDir Path data) {
    assertThat(run("status", "--data", data.toString())).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo(
            "leat: no Leat runs on "
                + data
                + "; start one with 'leat up', or name another with --data or --url.\n");
  }

  @Test
  void validateListsProblemsWithTheirPlace(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("blueprint.yaml"), "blueprint: x\nowner: me\nstraems: {}\n");
    assertThat(run("validate", folder.toString())).isEqualTo(1);
    assertThat(terminal.out()).contains("blueprint.yaml:3 straems").contains("'streams'");
  }

  @Test
  void theShippedBlueprintsAreValid() {
    assertThat(run("validate")).isZero();
    assertThat(terminal.out())
        .contains(
            """
            valid  devices (4 streams: telemetry, heartbeat, fault, transaction)
                   5 detectors: offline, overheating, not_recovered, fault_storm, new_firmware
                   1 table: device
                   2 routes: page, default
                   1 target: log
            """);
  }

  @Test
  void sendTellsWhatWasRejectedAndFails() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      environment = Map.of("LEAT_URL", leat.uri().toString(), "LEAT_KEY", "k");
      input = heartbeat("a") + "\n\n{\"no\": \"key\"}\n{broken\n";
      assertThat(run("send", "devices.heartbeat", "-", "--json")).isEqualTo(1);
      JsonNode answer = LeatClient.JSON.readTree(terminal.out());
      assertThat(answer.path("accepted").asInt()).isEqualTo(1);
      assertThat(answer.path("reasons").toString())
          .isEqualTo("{\"422 malformed-json\":1,\"422 missing-key\":1}");
    }
  }

  @Test
  void sendSplitsAnArrayIntoBatches() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      environment = Map.of("LEAT_URL", leat.uri().toString(), "LEAT_KEY", "k");
      input = "[" + heartbeat("a") + ",\n " + heartbeat("b") + ", " + heartbeat("c") + "]";
      assertThat(run("send", "devices.heartbeat", "-", "--batch", "2")).isZero();
      assertThat(leat.bodies).hasSize(2);
      assertThat(leat.tally("processed")).isEqualTo(3);
      assertThat(leat.idempotencyKeys).doesNotHaveDuplicates();
    }
  }

  @Test
  void sqlWritesCsvAndJson() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      environment = Map.of("LEAT_URL", leat.uri().toString(), "LEAT_KEY", "k");
      assertThat(run("sql", "SELECT 1;", "--format", "csv")).isZero();
      assertThat(run("sql", "SELECT 1", "--format", "json")).isZero();
      assertThat(terminal.out())
          .isEqualTo(
              "name,n\r\nkiosk-0042,1234567\r\n[\n{\"name\":\"kiosk-0042\",\"n\":1234567}\n]\n");
    }
  }

  @Test
  void statusShowsProblemsWhereThereAreSome() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      environment = Map.of("LEAT_URL", leat.uri().toString(), "LEAT_KEY", "k");
      assertThat(run("status")).isZero();
      leat.jobFailure = "the catalog is away";
      assertThat(run("status")).isZero();
      assertThat(terminal.out())
          .isEqualTo(
              """
              component  state    address
              kafka      running  127.0.0.1:9092

              job           state    since  last checkpoint  restarts
              devices-lake  RUNNING                                 3
              component  state    address         detail
              kafka      running  127.0.0.1:9092  it does not answer

              job           state   since  last checkpoint  restarts  last failure
              devices-lake  FAILED                                 3  the catalog is away
              devices-lake: mend the cause, then run 'leat apply', see docs/runbooks/job-failed.md
              """);
    }
  }

  @Test
  void statusShowsAlertsThatWaitAndThoseThatWerePutAside() throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      environment = Map.of("LEAT_URL", leat.uri().toString(), "LEAT_KEY", "k");
      leat.putAside = "it has no value";
      assertThat(run("status")).isZero();
      assertThat(terminal.out())
          .endsWith(
              """

              alerts of  waiting  put aside
              devices      1,200          1

              put aside of    partition  offset  bytes  when  why
              devices.alerts          2   4,711      8        it has no value
              """);
    }
  }

  @Test
  void theDemoEndsWithItsSummaryAsJson(@TempDir Path data) throws Exception {
    try (TestingLeat leat = new TestingLeat()) {
      launcher = (blueprints, config, directory, overrides, observer) -> running(leat);
      int code =
          run(
              "demo",
              "devices",
              "--for",
              "1s",
              "--rate",
              "400",
              "--no-incidents",
              "--json",
              "--data",
              data + "");
      JsonNode summary = LeatClient.JSON.readTree(terminal.out());
      assertThat(summary.path("ok").asBoolean()).isTrue();
      assertThat(code).isZero();
      assertThat(leat.clients).isEmpty();
    }
  }

  private static PlatformLauncher.Running running(TestingLeat leat) {
    return new PlatformLauncher.Running() {
      @Override
      public URI baseUri() {
        return leat.uri();
      }

      @Override
      public String adminKey() {
        return "k";
      }

      @Override
      public List<PlatformLauncher.Component> components() {
        return List.of(new PlatformLauncher.Component("test", "here", "running"));
      }

      @Override
      public Freshness freshness() {
        return new Freshness(600, 1_100);
      }

      @Override
      public void close() {}
    };
  }

  private int run(String... args) {
    return Leat.run(context(), mode -> terminal.terminal(), args);
  }

  private Context context() {
    return context(terminal.terminal());
  }

  private Context context(Terminal screen) {
    return new Context(
        screen,
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        environment,
        HOME,
        launcher,
        InstantSource.system());
  }

  private static String heartbeat(String id) {
    return "{\"event_id\":\"%s\",\"device_id\":\"d1\",\"ts\":\"%s\",\"firmware\":\"1\",\"uptime_s\":1}"
        .formatted(id, Instant.now());
  }
}

package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.leat.app.terminal.TestingTerminal;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateCommandTest {
  private final TestingTerminal terminal = TestingTerminal.pipe();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final Deque<String> answers = new ArrayDeque<>();
  private final HttpServer server;

  StateCommandTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          byte[] answer = answers.remove().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anEntityIsShownWithItsColumnsAndWhereTheyComeFrom() {
    answers.add(
        row("d/17", "offline")
            .replace(
                "\"_streams\":{}",
                "\"_streams\":{\"heartbeat\":{\"received_at\":\"2026-03-01T09:00:12Z\","
                    + "\"event_time\":\"2026-03-01T09:00:11Z\","
                    + "\"position\":\"devices.heartbeat/3@12\"}}"));

    assertThat(run("state", "show", "devices.device", "d/17")).isZero();

    assertThat(asked).containsExactly("/v1/state/devices.device/d%2F17");
    assertThat(terminal.out().lines().map(String::strip))
        .containsExactly(
            "what              value",
            "device_id         d/17",
            "status            offline",
            "incidents         i-1, i-2",
            "firmware          1.1",
            "network           {\"rssi_dbm\":-60}",
            "newest heartbeat  devices.heartbeat/3@12, of 2026-03-01T09:00:11Z",
            "expires           2026-05-30T09:00:12Z");
  }

  @Test
  void aListGoesOnWithTheNextPageUntilItHasAsManyAsAreWanted() {
    answers.add(page("\"d-1\"", row("d-1", "online")));
    answers.add(page("\"d-5\""));
    answers.add(page("\"d-7\"", row("d-6", "online"), row("d-7", "online")));

    assertThat(
            run(
                "state",
                "list",
                "devices.device",
                "--status",
                "online",
                "--where",
                "firmware=1 1",
                "--limit",
                "3"))
        .isZero();

    assertThat(asked)
        .containsExactly(
            "/v1/state/devices.device?firmware=1%201&status=online&limit=3",
            "/v1/state/devices.device?firmware=1%201&status=online&limit=2&after=d-1",
            "/v1/state/devices.device?firmware=1%201&status=online&limit=2&after=d-5");
    assertThat(terminal.out().lines()).hasSize(4);
    assertThat(terminal.out()).contains("d-1", "d-6", "d-7", "firmware").doesNotContain("_streams");
    assertThat(terminal.err()).contains("There may be more; --after 'd-7' goes on.");
  }

  @Test
  void aListOfNoneSaysSoAndAsJsonItIsALineForEach() {
    answers.add(page("null"));
    assertThat(run("state", "list", "devices.device")).isZero();
    assertThat(terminal.out()).isEqualTo("There is none.\n");

    answers.add(page("null", row("d-1", "online")));
    assertThat(run("state", "list", "devices.device", "--json")).isZero();
    assertThat(terminal.out()).endsWith(row("d-1", "online") + "\n");
  }

  private static String row(String key, String status) {
    return "{\"device_id\":\"%s\",\"status\":\"%s\",\"incidents\":[\"i-1\",\"i-2\"],"
            .formatted(key, status)
        + "\"firmware\":\"1.1\",\"network\":{\"rssi_dbm\":-60},\"_streams\":{},"
        + "\"_expires_at\":\"2026-05-30T09:00:12Z\"}";
  }

  private static String page(String next, String... rows) {
    return "{\"rows\":[" + String.join(",", rows) + "],\"next\":" + next + "}";
  }

  private int run(String... arguments) {
    Context context =
        new Context(
            terminal.terminal(),
            new ByteArrayInputStream(new byte[0]),
            Map.of(
                "LEAT_URL", "http://127.0.0.1:" + server.getAddress().getPort(), "LEAT_KEY", "key"),
            Path.of(""),
            (blueprints, config, data, overrides, observer) -> {
              throw new LeatException(ErrorCode.CONFLICT, "no platform is started here");
            },
            InstantSource.system());
    return LeatCommand.commandLine(context, mode -> terminal.terminal()).execute(arguments);
  }
}

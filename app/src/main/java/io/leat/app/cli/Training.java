package io.leat.app.cli;

import com.sun.net.httpserver.HttpServer;
import io.leat.app.terminal.ColorMode;
import io.leat.app.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs commands against a server that knows nothing, and shows nothing: the launcher lets the JVM
 * write down the classes that were loaded, from which commands then start quickly.
 */
public final class Training {
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("version"),
          List.of("version", "--json"),
          List.of("status"),
          List.of("status", "--json"),
          List.of("sql", "SELECT 1"),
          List.of("client", "list"),
          List.of("incident", "list"),
          List.of("trace", "an-event"),
          List.of("quarantine", "list", "devices.telemetry"),
          List.of("delivery", "list"),
          List.of("state", "list", "devices.device"),
          List.of("send", "devices.telemetry", "-"),
          List.of("status", "--help"),
          List.of("statsu"));

  private Training() {}

  /** Runs, and exits with 0. */
  public static void main(String... args) throws IOException {
    LogFiles.none();
    Terminal.system(ColorMode.AUTO, System.getProperties(), System.getenv());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer = "{}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    COMMANDS.forEach(words -> run(Map.of("LEAT_URL", url, "LEAT_KEY", "none"), words));
    run(Map.of("LEAT_DATA", "/no/such/folder"), List.of("status"));
    System.exit(0);
  }

  private static void run(Map<String, String> environment, List<String> words) {
    for (boolean isWatched : new boolean[] {true, false}) {
      Function<ColorMode, Terminal> terminals = mode -> nowhere(isWatched);
      Context context =
          new Context(
              terminals.apply(ColorMode.AUTO),
              InputStream.nullInputStream(),
              environment,
              Path.of(System.getProperty("leat.home", ".")),
              new EmbeddedPlatform(),
              InstantSource.system());
      // Whether it succeeds does not matter.
      Leat.run(context, terminals, words.toArray(String[]::new));
    }
  }

  private static Terminal nowhere(boolean isWatched) {
    PrintStream none =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Terminal(none, none, isWatched, isWatched, 100);
  }
}

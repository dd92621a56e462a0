package io.leat.bench;

import io.leat.app.engine.Durability;
import io.leat.app.platform.Component;
import io.leat.app.platform.Platform;
import io.leat.app.settings.Flink;
import io.leat.app.settings.HttpServer;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.Blueprint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole platform in a process of its own, with Leat's defaults but for the commit interval and
 * the rate limit. Arguments: directory, commit interval in milliseconds, durability, and perhaps
 * what the blueprint has besides. Says {@code URI KEY BOOTSTRAP} when it serves.
 */
final class PlatformServer {
  private PlatformServer() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    Blueprint blueprint =
        BenchBlueprint.write(
            directory.resolve("blueprints"), "bench", arguments.length > 3 ? arguments[3] : "");
    Settings settings =
        settings(
            directory,
            Duration.ofMillis(Long.parseLong(arguments[1])),
            Durability.valueOf(arguments[2]));
    try (Platform platform =
        Platform.start(settings, List.of(blueprint.directory()), List.of(blueprint))) {
      String kafka =
          platform.components().stream()
              .filter(component -> component.name().equals("kafka"))
              .map(Component::address)
              .findFirst()
              .orElseThrow();
      ChildProcess.tell(platform.baseUri() + " " + platform.adminKey() + " " + kafka);
      ChildProcess.parent().lines().forEach(line -> {});
    }
    System.exit(0);
  }

  private static Settings settings(Path directory, Duration commitInterval, Durability durability) {
    Settings settings =
        new SettingsLoader().defaults(directory).withData(directory.resolve("data"));
    HttpServer http = settings.http();
    Flink flink = settings.flink();
    return settings
        .withHttp(
            new HttpServer(
                "127.0.0.1",
                0,
                http.tls(),
                http.limits(),
                http.corsOrigins(),
                new HttpServer.RateLimit(1_000_000, 1_000_000),
                http.jwt()))
        .with(durability)
        .withFlink(flink.withCommitInterval(commitInterval));
  }
}

package io.leat.app.cli;

import io.leat.app.demo.Freshness;
import io.leat.app.engine.StartObserver;
import io.leat.app.platform.Platform;
import io.leat.app.settings.Flink;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the platform in this process. */
final class EmbeddedPlatform implements PlatformLauncher {

  @Override
  public Running start(
      List<Path> blueprints,
      @Nullable Path config,
      Path data,
      Map<String, String> overrides,
      StartObserver observer) {
    SettingsLoader loader = new SettingsLoader();
    Settings settings =
        config == null ? loader.defaults(Path.of("").toAbsolutePath()) : loader.load(config);
    List<Blueprint> loaded = new BlueprintLoader().loadAll(blueprints);
    return new RunningPlatform(
        Platform.start(
            overridden(settings.withData(data), overrides), blueprints, loaded, observer));
  }

  private static Settings overridden(Settings settings, Map<String, String> overrides) {
    Settings result = settings;
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      String value = override.getValue();
      result =
          switch (override.getKey()) {
            case "http.port" ->
                result.withHttp(
                    result.http().withAddress(result.http().host(), Integer.parseInt(value)));
            case "http.host" ->
                result.withHttp(result.http().withAddress(value, result.http().port()));
            case "flink.commit-interval" -> result.withFlink(committing(result.flink(), value));
            default -> throw new IllegalArgumentException("cannot override " + override.getKey());
          };
    }
    return result;
  }

  private static Flink committing(Flink flink, String interval) {
    return flink.withCommitInterval(Duration.parse(interval));
  }

  private record RunningPlatform(Platform platform) implements Running {
    @Override
    public URI baseUri() {
      return platform.baseUri();
    }

    @Override
    public String adminKey() {
      return platform.adminKey();
    }

    @Override
    public List<Component> components() {
      return platform.components().stream()
          .map(c -> new Component(c.name(), c.address(), c.kind()))
          .toList();
    }

    @Override
    public Freshness freshness() {
      long[] millis = platform.freshnessMillis();
      return new Freshness(millis[0], millis[1]);
    }

    @Override
    public void close() {
      platform.close();
    }
  }
}

package io.leat.acceptance;

import io.leat.app.platform.Platform;
import io.leat.app.settings.Settings;
import io.leat.app.settings.SettingsLoader;
import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One platform in this JVM for all classes that ask for it: started by the first, closed after the
 * last. Each test uses event ids of its own and looks at differences only.
 */
final class SharedPlatform implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedPlatform.class);

  /**
   * The running platform, and the folder of its blueprint, which a test may change and must
   * restore.
   */
  record Running(Platform platform, Path directory, Path blueprint, TestingClient admin)
      implements AutoCloseable {
    static Running start() {
      try {
        Path directory = Files.createTempDirectory("leat-acceptance");
        Path blueprint = Repository.copyOfBlueprint("devices", directory.resolve("blueprints"));
        Path config = directory.resolve("leat.yaml");
        Files.writeString(config, "data: data\nhttp: {port: 0}\nflink: {commit-interval: 1s}\n");
        Settings settings = new SettingsLoader().load(config);
        List<Path> folders = List.of(blueprint);
        Platform platform =
            Platform.start(settings, folders, new BlueprintLoader().loadAll(folders));
        TestingClient admin = new TestingClient(platform.baseUri(), platform.adminKey());
        return new Running(platform, directory, blueprint, admin);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      platform.close();
      Folders.delete(directory);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Running.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("platform", key -> Running.start(), Running.class);
  }
}

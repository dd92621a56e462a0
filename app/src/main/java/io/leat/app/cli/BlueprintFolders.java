package io.leat.app.cli;

import io.leat.blueprint.BlueprintLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Which blueprints a command means. */
final class BlueprintFolders {
  private BlueprintFolders() {}

  /**
   * The given folders; without any, every blueprint under {@code blueprints/} beside the launcher.
   */
  static List<Path> of(List<Path> given, Path home) {
    if (!given.isEmpty()) {
      return given;
    }
    Path all = home.resolve("blueprints");
    if (!Files.isDirectory(all)) {
      throw new CommandFailure("there is no folder " + all + "; name the blueprints' folders");
    }
    try (Stream<Path> folders = Files.list(all)) {
      List<Path> found =
          folders
              .filter(f -> Files.isRegularFile(f.resolve(BlueprintLoader.FILE)))
              .sorted()
              .toList();
      if (found.isEmpty()) {
        throw new CommandFailure("no folder under " + all + " has a " + BlueprintLoader.FILE);
      }
      return found;
    } catch (IOException e) {
      throw new CommandFailure("the folder " + all + " cannot be listed: " + e.getMessage(), e);
    }
  }

  /** The blueprint called {@code name}: a folder, or one under {@code blueprints/}. */
  static Path named(String name, Path home) {
    Path shipped = home.resolve("blueprints").resolve(name);
    if (Files.isRegularFile(shipped.resolve(BlueprintLoader.FILE))) {
      return shipped;
    }
    Path folder = Path.of(name);
    if (Files.isRegularFile(folder.resolve(BlueprintLoader.FILE))) {
      return folder;
    }
    throw new CommandFailure(
        "there is no blueprint '" + name + "' under " + home.resolve("blueprints"));
  }
}

package io.leat.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The files that Leat is shipped with, from wherever the tests run. */
final class Repository {
  private Repository() {}

  static Path root() {
    Path here = Path.of("").toAbsolutePath();
    Path root = here.endsWith("acceptance") ? here.getParent() : here;
    if (root == null || !Files.isDirectory(root.resolve("blueprints"))) {
      throw new IllegalStateException("not in Leat's repository: " + here);
    }
    return root;
  }

  /** A copy of a shipped blueprint that a test may change. */
  static Path copyOfBlueprint(String name, Path into) {
    Path from = root().resolve("blueprints").resolve(name);
    Path to = into.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.leat.blueprint;

import io.leat.blueprint.yaml.Problem;
import io.leat.blueprint.yaml.Problems;
import io.leat.blueprint.yaml.Suggestions;
import io.leat.blueprint.yaml.Value;
import io.leat.blueprint.yaml.YamlFile;
import io.leat.schema.InvalidSchemaException;
import io.leat.schema.StreamSchema;
import io.leat.schema.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The JSON Schema files of a blueprint's folder, each read once. Not thread-safe. */
final class SchemaFiles {
  /** Where schemas live by convention; a file there that no stream uses is refused. */
  private static final String FOLDER = "schemas";

  private final Path directory;
  private final Problems problems;

  /** By path in the folder; empty when the file has problems, which are told once. */
  private final Map<Path, Optional<StreamSchema>> read = new HashMap<>();

  SchemaFiles(Path directory, Problems problems) {
    this.directory = directory;
    this.problems = problems;
  }

  /** The schema that {@code name} leads to; empty, with a problem, when it cannot be used. */
  Optional<StreamSchema> schema(String name, Value at) {
    Path relative;
    try {
      relative = Path.of(name).normalize();
    } catch (InvalidPathException e) {
      at.problem("'" + at.shown() + "' is not a path.", "");
      return Optional.empty();
    }
    if (relative.isAbsolute() || relative.startsWith("..") || leavesFolder(relative)) {
      at.problem(
          "'" + at.shown() + "' leads out of the blueprint's folder.",
          "Move the schema into the folder.");
      return Optional.empty();
    }
    if (!Files.isRegularFile(directory.resolve(relative))) {
      at.problem("'" + at.shown() + "' does not exist.", Suggestions.remedy(name, present()));
      return Optional.empty();
    }
    return read.computeIfAbsent(relative, this::read);
  }

  /** Adds a problem for each schema that nothing asked for. */
  void refuseUnused() {
    for (String name : present()) {
      if (!read.containsKey(Path.of(name))) {
        problems.add(
            new Problem(
                YamlFile.name(directory.resolve(name)),
                0,
                "",
                "is not used by any stream.",
                "Name it as a stream's 'schema', or remove it."));
      }
    }
  }

  private Optional<StreamSchema> read(Path relative) {
    Path file = directory.resolve(relative);
    return YamlFile.text(file, problems).flatMap(text -> parse(YamlFile.name(file), text));
  }

  private Optional<StreamSchema> parse(String file, String text) {
    JsonLines lines;
    try {
      lines = JsonLines.of(text);
    } catch (JsonLines.NotJsonException e) {
      problems.add(new Problem(file, e.line(), "", e.getMessage() + ".", ""));
      return Optional.empty();
    }
    try {
      return Optional.of(StreamSchema.parse(text));
    } catch (InvalidSchemaException e) {
      for (Violation violation : e.violations()) {
        String message = violation.message().strip();
        problems.add(
            new Problem(
                file,
                lines.line(violation.pointer()),
                violation.pointer(),
                message.endsWith(".") ? message : message + ".",
                ""));
      }
      return Optional.empty();
    }
  }

  /** Whether a symbolic link leads elsewhere. */
  private boolean leavesFolder(Path relative) {
    Path file = directory.resolve(relative);
    try {
      return Files.exists(file) && !file.toRealPath().startsWith(directory.toRealPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Collection<String> present() {
    Path folder = directory.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder, 8)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString().replace('\\', '/'))
          .filter(name -> name.endsWith(".json"))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.leat.blueprint.yaml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a configuration file in YAML. */
public final class YamlFile {
  /** Larger files are refused: 1 MiB. */
  public static final long MAX_BYTES = 1 << 20;

  private YamlFile() {}

  /**
   * Reads a file whose root is a map.
   *
   * @return the root; an absent section when the file cannot be used, which is a problem
   */
  public static Section read(Path file, Environment environment, Problems problems) {
    String name = name(file);
    return text(file, problems)
        .map(text -> read(name, text, environment, problems))
        .orElseGet(() -> Section.absent(new Section.Source(name, problems), "", 0));
  }

  /** As {@link #read(Path, Environment, Problems)}, of a text that goes by {@code name}. */
  public static Section read(String name, String text, Environment environment, Problems problems) {
    Section.Source source = new Section.Source(name, problems);
    YamlNode root = YamlParser.parse(name, text, environment, problems);
    if (root instanceof YamlNode.Mapping mapping) {
      return Section.of(source, "", mapping);
    }
    if (root instanceof YamlNode.Scalar || root instanceof YamlNode.Sequence) {
      source.problem(root.line(), "", "is " + root.kindName() + ", not a map.", "");
    }
    return Section.absent(source, "", 0);
  }

  /** A file's name in problems: as the user gave it, with {@code /}. */
  public static String name(Path file) {
    return file.toString().replace('\\', '/');
  }

  /** A text file of at most {@link #MAX_BYTES} in UTF-8; empty, with a problem, when it is not. */
  public static Optional<String> text(Path file, Problems problems) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        return refused(file, 0, "is not a file.", problems);
      }
      if (Files.size(file) > MAX_BYTES) {
        return refused(file, 0, "is larger than " + Units.formatSize(MAX_BYTES) + ".", problems);
      }
      return decoded(file, Files.readAllBytes(file), problems);
    } catch (NoSuchFileException e) {
      return refused(file, 0, "does not exist.", problems);
    } catch (IOException e) {
      return refused(file, 0, "cannot be read: " + e.getMessage() + ".", problems);
    }
  }

  private static Optional<String> decoded(Path file, byte[] bytes, Problems problems) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(buffer).toString());
    } catch (CharacterCodingException e) {
      int line = 1;
      for (int i = 0; i < buffer.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      return refused(file, line, "is not UTF-8.", problems);
    }
  }

  private static Optional<String> refused(Path file, int line, String message, Problems problems) {
    problems.add(new Problem(name(file), line, "", message, ""));
    return Optional.empty();
  }
}

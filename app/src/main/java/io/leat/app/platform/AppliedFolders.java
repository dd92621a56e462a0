package io.leat.app.platform;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.blueprint.StreamSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the blueprints' folders as they were when they came into effect: somebody may be
 * editing them. Thread-safe.
 */
final class AppliedFolders {
  private final Map<String, Map<String, byte[]>> folders = new ConcurrentHashMap<>();
  private final Versions versions;

  /** Keeps what a version of a blueprint says. */
  @FunctionalInterface
  interface Versions {
    /**
     * A version comes into effect.
     *
     * @param version by {@link BlueprintVersion}
     * @param files texts by their paths in the folder
     */
    void keep(String blueprint, String version, Map<String, String> files);
  }

  AppliedFolders(Versions versions) {
    this.versions = versions;
  }

  /** Keeps the folder of a blueprint that comes into effect; hidden files are no part of it. */
  void keep(Blueprint blueprint) {
    Map<String, byte[]> files = read(blueprint);
    folders.put(blueprint.name(), files);
    versions.keep(blueprint.name(), BlueprintVersion.of(files), texts(blueprint, files));
  }

  /** The version of the blueprint as its folder is now. */
  static String version(Blueprint blueprint) {
    return BlueprintVersion.of(read(blueprint));
  }

  private static Map<String, byte[]> read(Blueprint blueprint) {
    Path folder = blueprint.directory();
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> regular = all.filter(Files::isRegularFile).toList();
      for (Path file : regular) {
        String name = folder.relativize(file).toString();
        if (!name.startsWith(".") && !name.contains("/.")) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the folder " + folder, e);
    }
    return Map.copyOf(files);
  }

  /** What the blueprint says: the others, like samples, may be large, and may be no text. */
  private static Map<String, String> texts(Blueprint blueprint, Map<String, byte[]> files) {
    Set<String> names = new TreeSet<>(Set.of(BlueprintLoader.FILE));
    for (StreamSpec stream : blueprint.streams().values()) {
      names.add(Path.of(stream.schemaFile()).normalize().toString());
    }
    Map<String, String> texts = new HashMap<>();
    for (String name : names) {
      byte[] content = files.get(name);
      if (content != null) {
        texts.put(name, new String(content, StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  /** The text of the {@code blueprint.yaml} that is in effect; null when there is none. */
  @Nullable String yaml(String blueprint) {
    byte[] file = folders.getOrDefault(blueprint, Map.of()).get(BlueprintLoader.FILE);
    return file == null ? null : new String(file, StandardCharsets.UTF_8);
  }

  /** The version that is in effect; null when there is none. */
  @Nullable String version(String blueprint) {
    Map<String, byte[]> files = folders.get(blueprint);
    return files == null ? null : BlueprintVersion.of(files);
  }

  /** By blueprint, the files' contents by their paths in the folder. */
  Map<String, Map<String, byte[]>> all() {
    return Map.copyOf(folders);
  }
}

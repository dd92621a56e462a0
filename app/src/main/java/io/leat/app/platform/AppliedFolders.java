package io.leat.app.platform;

import io.leat.blueprint.Blueprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The files of the blueprints' folders as they were when they came into effect: somebody may be
 * editing them. Thread-safe.
 */
final class AppliedFolders {
  private final Map<String, Map<String, byte[]>> folders = new ConcurrentHashMap<>();

  /** Keeps the folder of a blueprint that comes into effect; hidden files are no part of it. */
  void keep(Blueprint blueprint) {
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
    folders.put(blueprint.name(), Map.copyOf(files));
  }

  /** By blueprint, the files' contents by their paths in the folder. */
  Map<String, Map<String, byte[]>> all() {
    return Map.copyOf(folders);
  }
}

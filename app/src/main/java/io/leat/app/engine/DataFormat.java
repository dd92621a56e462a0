package io.leat.app.engine;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.Tables;
import io.leat.rules.seen.SeenIds;
import io.leat.state.StateDatabase;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * What wrote a data directory, and in which formats; a file in it, which is read before anything
 * else is touched. Directories of the first format hold its number alone.
 *
 * @param leat the version that wrote it; empty when that is not known
 * @param place where the directory was, absolute: tables and checkpoints name their files by it;
 *     empty when that is not known
 * @param formats by part, the number of its format; the greater is the newer
 */
public record DataFormat(String leat, String place, Map<String, Integer> formats) {
  /** The file's name. */
  static final String FILE = "leat-data-version";

  private static final String LEAT = "leat";
  private static final String PLACE = "directory";
  private static final String LAYOUT = "format";

  public DataFormat {
    formats = Map.copyOf(formats);
  }

  /** What this Leat writes and reads. */
  static DataFormat present(String place) {
    String packaged = DataFormat.class.getPackage().getImplementationVersion();
    return new DataFormat(
        packaged == null ? "unpackaged" : packaged,
        place,
        Map.of(
            LAYOUT,
            2,
            "kafka-metadata",
            (int) MetadataVersion.latestProduction().featureLevel(),
            "postgres",
            PostgresEngine.MAJOR,
            "state-migration",
            StateDatabase.newestMigration(),
            "deduplication",
            SeenIds.FILE_VERSION,
            "iceberg",
            Tables.FORMAT_VERSION));
  }

  /**
   * Reads the directory's.
   *
   * @return null when it has none yet
   * @throws LeatException INVALID_CONFIGURATION when the file is not understood
   */
  static @Nullable DataFormat of(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    String text = Files.readString(file).strip();
    if (text.matches("[0-9]{1,9}")) {
      return new DataFormat("", "", Map.of(LAYOUT, Integer.valueOf(text)));
    }
    try {
      Properties lines = new Properties();
      lines.load(new StringReader(text));
      Map<String, Integer> formats = new TreeMap<>();
      for (String name : lines.stringPropertyNames()) {
        if (!name.equals(LEAT) && !name.equals(PLACE)) {
          formats.put(name, Integer.valueOf(lines.getProperty(name)));
        }
      }
      return new DataFormat(lines.getProperty(LEAT, ""), lines.getProperty(PLACE, ""), formats);
    } catch (IllegalArgumentException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The file "
              + file
              + " is not understood: "
              + e.getMessage()
              + ". Restore it from a backup.",
          e);
    }
  }

  /**
   * Refuses what a newer Leat wrote: this one would misread or destroy it.
   *
   * @throws LeatException INVALID_CONFIGURATION naming each part that is too new
   */
  void check(Path directory) {
    Map<String, Integer> known = present("").formats();
    List<String> newer = new ArrayList<>();
    new TreeMap<>(formats)
        .forEach(
            (part, format) -> {
              int own = known.getOrDefault(part, 0);
              if (format > own) {
                newer.add(part + " " + format + (own == 0 ? "" : " (this Leat knows " + own + ")"));
              }
            });
    if (!newer.isEmpty()) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "The data directory "
              + directory
              + " was written by "
              + (leat.isEmpty() ? "a newer Leat" : "Leat " + leat)
              + ": "
              + String.join(", ", newer)
              + ". Nothing was changed. Use that Leat or a newer one, or give another directory"
              + " with --data.");
    }
  }

  /**
   * The directory as tables and checkpoints name it: where it was when it was made.
   *
   * @param directory where it is
   * @throws LeatException INVALID_CONFIGURATION when it was moved or copied from there
   */
  Path placeOf(Path directory) throws IOException {
    if (place.isEmpty()) {
      return directory;
    }
    Path was = Path.of(place);
    if (Files.exists(was) && Files.isSameFile(was, directory)) {
      return was;
    }
    throw new LeatException(
        ErrorCode.INVALID_CONFIGURATION,
        "The data directory "
            + directory
            + " was moved or copied from "
            + was
            + ", by which its tables and checkpoints name their files. Nothing was changed. Move it"
            + " back, or let the old place lead here: ln -s "
            + directory
            + " "
            + was);
  }

  /** Writes it into the directory, as a whole or not at all. */
  void write(Path directory) throws IOException {
    StringBuilder text =
        new StringBuilder(
            "# What wrote this directory. Leat reads it before it starts anything.\n");
    text.append(LEAT).append('=').append(leat).append('\n');
    text.append(PLACE).append('=').append(place.replace("\\", "\\\\")).append('\n');
    new TreeMap<>(formats)
        .forEach((part, format) -> text.append(part).append('=').append(format).append('\n'));
    DurableFiles.writePrivate(directory.resolve(FILE), text.toString());
  }

  /** In words, for a person. */
  @Override
  public String toString() {
    return "format " + formats.getOrDefault(LAYOUT, 0) + (leat.isEmpty() ? "" : " of Leat " + leat);
  }
}

package io.leat.app.cli;

import io.leat.app.terminal.Text;
import io.leat.blueprint.Blueprint;
import io.leat.rules.file.FileSourceSpec;
import io.leat.rules.file.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether the folders that blueprints take files from and put them into can be used. */
final class FileFolders {
  private static final String CHECK = "File sources";

  private FileFolders() {}

  /** Empty when no blueprint has a source of files. Buckets are not asked. */
  static Optional<Finding> examine(List<Blueprint> blueprints) {
    List<String> problems = new ArrayList<>();
    int sources = 0;
    for (Blueprint blueprint : blueprints) {
      for (FileSourceSpec source : blueprint.files().values()) {
        sources++;
        String name = blueprint.name() + "." + source.name();
        boolean isEmptied = source.then() == FileSourceSpec.Then.DELETE;
        check(name + " takes files from", source.arrival().where(), isEmptied, problems);
        check(name + " writes to", source.to(), true, problems);
        check(name + " keeps dead letters in", source.deadLetters(), true, problems);
      }
    }
    if (sources == 0) {
      return Optional.empty();
    }
    String found = Text.plural(sources, "source", "sources");
    return Optional.of(
        problems.isEmpty()
            ? Finding.ok(CHECK, found)
            : Finding.failed(
                CHECK,
                String.join("; ", problems),
                "Make the folders usable for the user that Leat runs as, or name others in"
                    + " 'files' of the blueprint."));
  }

  private static void check(
      String what, @Nullable Place place, boolean isWritten, List<String> problems) {
    if (!(place instanceof Place.Folder folder)) {
      return;
    }
    Path there = folder.path();
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    boolean isMade = !there.equals(folder.path());
    if (!Files.isDirectory(there)) {
      problems.add(what + " " + folder.text() + ", but " + there + " is no folder");
    } else if (!Files.isReadable(there) || !Files.isExecutable(there)) {
      problems.add(what + " " + folder.text() + ", but " + there + " cannot be read");
    } else if ((isWritten || isMade) && !Files.isWritable(there)) {
      problems.add(what + " " + folder.text() + ", but " + there + " cannot be written");
    }
  }
}

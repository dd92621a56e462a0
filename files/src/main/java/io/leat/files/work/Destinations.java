package io.leat.files.work;

import io.leat.files.ledger.Category;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.place.FileNames;
import java.nio.file.InvalidPathException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;

/** Where the output of a file goes: always the same for the same file. */
final class Destinations {
  private Destinations() {}

  /**
   * The layout, filled in, and below it the file's name and a part of its id.
   *
   * @throws AttemptFailedException when no file of this machine can have that name
   */
  static String of(FileSource source, LedgerFile file) throws AttemptFailedException {
    ZonedDateTime day = file.discoveredAt().atZone(ZoneOffset.UTC);
    String name = file.seen().name();
    int slash = name.lastIndexOf('/');
    String last = name.substring(slash + 1);
    int dot = last.lastIndexOf('.');
    String stem = dot <= 0 ? last : last.substring(0, dot);
    String folder =
        source
            .spec()
            .layout()
            .replace("{blueprint}", source.blueprint())
            .replace("{source}", source.spec().name())
            .replace("{yyyy}", String.format(Locale.ROOT, "%04d", day.getYear()))
            .replace("{mm}", String.format(Locale.ROOT, "%02d", day.getMonthValue()))
            .replace("{dd}", String.format(Locale.ROOT, "%02d", day.getDayOfMonth()))
            .replace("{hh}", String.format(Locale.ROOT, "%02d", day.getHour()))
            .replace("{path}", slash < 0 ? "." : name.substring(0, slash));
    String output = stem + "-" + file.id().substring(0, 8);
    if (FileNames.bytes(output) > FileNames.MOST) {
      String end = "-" + file.id();
      output = FileNames.tail(stem, FileNames.MOST - FileNames.bytes(end)) + end;
    }
    try {
      return source.outputs().destination(tidy(folder + "/" + output));
    } catch (InvalidPathException e) {
      throw new AttemptFailedException(
          new Failure(
              Category.CONTRACT,
              "unusable-name",
              "No file here can have its name: the character set of Leat's locale lacks some of it"),
          null,
          e);
    }
  }

  /** Without empty parts and those that lead elsewhere; of too long ones the end. */
  private static String tidy(String path) {
    StringBuilder tidy = new StringBuilder();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
        tidy.append(tidy.isEmpty() ? "" : "/").append(FileNames.tail(part, FileNames.MOST));
      }
    }
    return tidy.toString();
  }
}

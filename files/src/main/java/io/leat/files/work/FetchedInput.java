package io.leat.files.work;

import io.leat.files.arrival.InputGoneException;
import io.leat.files.arrival.LocalInput;
import io.leat.files.arrival.UploadedInputs;
import io.leat.files.ledger.LedgerFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file's bytes, from where it lies, or from among the dead letters when it is tried anew. */
final class FetchedInput {
  private FetchedInput() {}

  static LocalInput of(FileSource source, LedgerFile file, Path spool) throws IOException {
    Files.createDirectories(spool.toAbsolutePath().resolveSibling("."));
    try {
      return source.inputs().fetch(file.seen(), spool);
    } catch (InputGoneException gone) {
      String place = file.deadLetter();
      Path kept = place == null ? null : source.deadLetters().fetch(place, spool);
      if (kept == null) {
        throw gone;
      }
      return LocalInput.of(kept, kept.equals(spool));
    }
  }

  /** Where a file of a folder lies; empty for others. */
  static String path(LedgerFile file) {
    String location = file.seen().location();
    return location.startsWith("file:") ? Path.of(URI.create(location)).toString() : "";
  }

  /** Whether nobody but Leat has it. */
  static boolean isUpload(LedgerFile file) {
    return file.seen().location().startsWith(UploadedInputs.location(""));
  }
}

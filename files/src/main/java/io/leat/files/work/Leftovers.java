package io.leat.files.work;

import io.leat.files.ledger.LedgerFile;
import io.leat.rules.file.FileSourceSpec;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is not needed any more when a file is published, or counts as another's double. */
final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

  private Leftovers() {}

  /** The file itself, where the blueprint says so or nobody else has it, and its dead letter. */
  static void remove(FileSource source, LedgerFile file) throws IOException {
    if (source.spec().then() == FileSourceSpec.Then.DELETE || FetchedInput.isUpload(file)) {
      source.inputs().remove(file.seen());
    }
    String letter = file.deadLetter();
    if (letter != null) {
      source.deadLetters().remove(letter);
    }
  }

  static void log(LedgerFile file, IOException e) {
    log.warn("Cannot remove what is left of file {}: {}", file.id(), e.toString());
  }
}

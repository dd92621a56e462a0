package io.leat.files.work;

import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.rules.file.FileSourceSpec;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is not needed any more when a file is over. */
public final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

  private Leftovers() {}

  /**
   * All that a file that is over may have left, whoever died before it was removed. Of one that is
   * forgotten only Leat's own copies go: what others put into a folder or bucket is theirs. Of a
   * dead letter only what it is a copy of goes.
   */
  public static void tidy(FileSource source, LedgerFile file) throws IOException {
    if (file.state() instanceof FileState.DeadLettered) {
      removeLettered(source, file);
      return;
    }
    if (file.state() instanceof FileState.Forgotten) {
      if (FetchedInput.isUpload(file)) {
        source.inputs().remove(file.seen());
      }
      removeLetter(source, file);
    } else {
      remove(source, file);
    }
    String destination = file.destination();
    // Of one that is published this was done before the ledger knew.
    if (destination != null && !(file.state() instanceof FileState.Published)) {
      source.outputs().clean(destination, file.id(), null);
    }
  }

  /**
   * Of a file that is published, or the same as one that is: itself, where the blueprint says so or
   * nobody else has it, and its dead letter.
   */
  static void remove(FileSource source, LedgerFile file) throws IOException {
    if (goes(source, file)) {
      source.inputs().remove(file.seen());
    }
    removeLetter(source, file);
  }

  /** Only what is among the dead letters is taken away. */
  private static void removeLettered(FileSource source, LedgerFile file) throws IOException {
    String letter = file.deadLetter();
    if (letter != null && goes(source, file) && source.deadLetters().holds(letter)) {
      source.inputs().remove(file.seen());
    }
  }

  /** Whether a file that is over does not stay where it came. */
  static boolean goes(FileSource source, LedgerFile file) {
    return source.spec().then() == FileSourceSpec.Then.DELETE || FetchedInput.isUpload(file);
  }

  private static void removeLetter(FileSource source, LedgerFile file) throws IOException {
    String letter = file.deadLetter();
    if (letter != null) {
      source.deadLetters().remove(letter);
    }
  }

  static void log(LedgerFile file, Exception e) {
    log.warn("Cannot remove what is left of file {}: {}", file.id(), e.toString());
  }
}

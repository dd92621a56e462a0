package io.leat.files.work;

import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.rules.file.FileSourceSpec;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is not needed any more of a file that is over. All of it can be done again. */
public final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

  private Leftovers() {}

  /**
   * What may be left of a file that is over, whoever died before it was removed.
   *
   * @param file published, the double of one that is, forgotten or a dead letter
   */
  public static void tidy(FileSource source, LedgerFile file) throws IOException {
    if (file.state() instanceof FileState.Forgotten) {
      discardParts(source, file);
      forget(source, file);
    } else if (file.state() instanceof FileState.DeadLettered) {
      discardParts(source, file);
      removeLettered(source, file);
    } else {
      remove(source, file);
    }
  }

  /** The file itself, where the blueprint says so or nobody else has it, and its dead letter. */
  static void remove(FileSource source, LedgerFile file) throws IOException {
    if (isRemovedInTheEnd(source, file)) {
      source.inputs().remove(file.seen());
    }
    removeLetter(source, file);
  }

  private static boolean isRemovedInTheEnd(FileSource source, LedgerFile file) {
    return source.spec().then() == FileSourceSpec.Then.DELETE || FetchedInput.isUpload(file);
  }

  private static void removeLetter(FileSource source, LedgerFile file) throws IOException {
    String letter = file.deadLetter();
    if (letter != null) {
      source.deadLetters().remove(letter);
    }
  }

  private static void discardParts(FileSource source, LedgerFile file) throws IOException {
    String destination = file.destination();
    if (destination != null) {
      source.outputs().clean(destination, file.id(), null);
    }
  }

  /** What lies where somebody else put it stays there. */
  private static void forget(FileSource source, LedgerFile file) throws IOException {
    if (FetchedInput.isUpload(file)) {
      source.inputs().remove(file.seen());
    }
    removeLetter(source, file);
  }

  /** Only what is among the dead letters is taken away. */
  private static void removeLettered(FileSource source, LedgerFile file) throws IOException {
    String letter = file.deadLetter();
    if (letter != null && isRemovedInTheEnd(source, file) && source.deadLetters().has(letter)) {
      source.inputs().remove(file.seen());
    }
  }

  /** What is left is removed another time. */
  public static void log(LedgerFile file, Exception e) {
    log.warn("Cannot remove what is left of file {}: {}", file.id(), e.toString());
  }
}

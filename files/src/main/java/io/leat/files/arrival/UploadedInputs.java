package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that were sent to Leat: they lie in its data folder, by the upload's id. */
public final class UploadedInputs implements Inputs {
  private static final String SCHEME = "upload:";

  private final Path folder;

  /**
   * @param folder of all uploads
   */
  public UploadedInputs(Path folder) {
    this.folder = folder;
  }

  /** The location of an upload. */
  public static String location(String name) {
    return SCHEME + name;
  }

  @Override
  public LocalInput fetch(Sighting seen, Path spool) throws IOException {
    requireSame(seen);
    return new LocalInput(path(seen), Hashing.of(path(seen)), false);
  }

  @Override
  public void requireSame(Sighting seen) throws IOException {
    if (!Files.isRegularFile(path(seen))) {
      throw new InputGoneException("The uploaded file is not there any more");
    }
  }

  @Override
  public void remove(Sighting seen) throws IOException {
    Files.deleteIfExists(path(seen));
  }

  private Path path(Sighting seen) {
    return folder.resolve(seen.version());
  }
}

package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** Files of a folder: they are read where they lie. */
public final class FolderInputs implements Inputs {
  /** The location of a file. */
  static String location(Path file) {
    return file.toUri().toString();
  }

  /** Another one whenever the file's content may be another one. */
  static String version(BasicFileAttributes file) {
    return file.size()
        + "-"
        + file.lastModifiedTime().to(TimeUnit.NANOSECONDS)
        + "-"
        + String.valueOf(file.fileKey()).replaceAll("[^0-9a-z]+", "");
  }

  @Override
  public LocalInput fetch(Sighting seen, Path spool) throws IOException {
    requireSame(seen);
    Path path = path(seen);
    String sha256 = Hashing.of(path);
    requireSame(seen);
    return new LocalInput(path, sha256, false);
  }

  @Override
  public void requireSame(Sighting seen) throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(path(seen), BasicFileAttributes.class);
      if (!version(now).equals(seen.version())) {
        throw new InputGoneException("The file was changed since it was discovered");
      }
    } catch (NoSuchFileException e) {
      throw new InputGoneException("The file is not there any more");
    }
  }

  @Override
  public void remove(Sighting seen) throws IOException {
    if (isThere(seen)) {
      Files.deleteIfExists(path(seen));
    }
  }

  /** Where it lies. */
  static Path path(Sighting seen) {
    return Path.of(URI.create(seen.location()));
  }
}

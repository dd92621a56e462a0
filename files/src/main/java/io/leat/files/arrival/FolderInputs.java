package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files of a folder: they are read where they lie. */
public final class FolderInputs implements Inputs {
  private static final Logger log = LoggerFactory.getLogger(FolderInputs.class);
  private static final String ASIDE = ".leat-removed-";

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

  /**
   * Renamed first, to a hidden name that says which version it is: another version that came
   * meanwhile is seen as what it is, and put back.
   */
  @Override
  public void remove(Sighting seen) throws IOException {
    Path path = path(seen);
    Path aside = path.resolveSibling(ASIDE + seen.version());
    if (Files.notExists(aside, LinkOption.NOFOLLOW_LINKS)) {
      if (!isThere(seen)) {
        return;
      }
      try {
        Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        return; // somebody else took it
      }
    }
    if (!version(Files.readAttributes(aside, BasicFileAttributes.class)).equals(seen.version())) {
      try {
        Files.move(aside, path);
      } catch (FileAlreadyExistsException e) {
        // Yet another one has replaced it, as its writer wanted.
        log.debug("{} was replaced twice", path);
      }
    }
    Files.deleteIfExists(aside);
  }

  /** Where it lies. */
  static Path path(Sighting seen) {
    return Path.of(URI.create(seen.location()));
  }
}

package io.leat.files.arrival;

import io.leat.files.ledger.Sighting;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
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
    return sizeAndTime(file) + String.valueOf(file.fileKey()).replaceAll("[^0-9a-z]+", "");
  }

  private static String sizeAndTime(BasicFileAttributes file) {
    return file.size() + "-" + file.lastModifiedTime().to(TimeUnit.NANOSECONDS) + "-";
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
   * Renamed first, to a hidden name of its own: another version that came meanwhile is seen as what
   * it is, and put back. Others may do so at the same time.
   */
  @Override
  public void remove(Sighting seen) throws IOException {
    Path path = path(seen);
    if (!isThere(seen)) {
      finishRemoval(path, seen);
      return;
    }
    Path aside = path.resolveSibling(ASIDE + seen.version() + "-" + UUID.randomUUID());
    try {
      Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // somebody else took it
    } catch (FileSystemException e) {
      log.debug("{} cannot be set aside", path, e);
      Files.deleteIfExists(path); // some file systems of object stores rename nothing
      return;
    }
    removeOrPutBack(aside, path, seen);
  }

  /** What a process set aside that died then. */
  private static void finishRemoval(Path path, Sighting seen) throws IOException {
    Path folder = path.resolveSibling(".");
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(folder, ASIDE + seen.version() + "-*")) {
      for (Path aside : left) {
        removeOrPutBack(aside, path, seen);
      }
    } catch (NoSuchFileException e) {
      log.debug("{} is gone with its folder", path);
    }
  }

  private static void removeOrPutBack(Path aside, Path path, Sighting seen) throws IOException {
    try {
      BasicFileAttributes was = Files.readAttributes(aside, BasicFileAttributes.class);
      // Without the file's key, which some file systems give anew with a new name.
      if (!seen.version().startsWith(sizeAndTime(was))) {
        Files.createLink(path, aside);
      }
    } catch (FileAlreadyExistsException e) {
      log.debug("{} was replaced by yet another one, as its writer wanted", path);
    } catch (NoSuchFileException e) {
      return; // somebody else ended it
    }
    Files.deleteIfExists(aside);
  }

  /** Where it lies. */
  static Path path(Sighting seen) {
    return Path.of(URI.create(seen.location()));
  }
}

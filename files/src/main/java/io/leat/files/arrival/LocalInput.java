package io.leat.files.arrival;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file's bytes on this machine.
 *
 * @param path where they can be read
 * @param sha256 of all of them, in hexadecimal
 * @param isCopy whether it is to be removed after use
 */
public record LocalInput(Path path, String sha256, boolean isCopy) {
  /** Of a file as it is now. */
  public static LocalInput of(Path path, boolean isCopy) throws IOException {
    return new LocalInput(path, Hashing.of(path), isCopy);
  }
}

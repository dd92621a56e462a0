package io.leat.query.cache;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies a remote file to this machine's disk. */
final class Fetching {
  private static final int BUFFER = 128 * 1024;

  private Fetching() {}

  /**
   * Copies it whole, or until it is unwanted.
   *
   * @param target a file that does not exist yet; whoever calls deletes it after a failure
   * @throws LeatException LAKE_UNAVAILABLE when the file cannot be read or has another size than
   *     its table says
   * @throws IOException when the target cannot be written
   */
  static void copy(CachedFile wanted, Path target) throws IOException {
    RemoteFile file = wanted.file;
    long copied = 0;
    try (InputStream in = open(file);
        OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
      byte[] buffer = new byte[BUFFER];
      while (!wanted.isUnwanted && copied <= file.bytes()) {
        int read = read(file, in, buffer);
        if (read < 0) {
          break;
        }
        out.write(buffer, 0, read);
        copied += read;
      }
    }
    if (!wanted.isUnwanted && copied != file.bytes()) {
      throw new LeatException(
          ErrorCode.LAKE_UNAVAILABLE,
          "The file "
              + file.location()
              + " has "
              + (copied > file.bytes() ? "more than " + file.bytes() : String.valueOf(copied))
              + " bytes; its table says "
              + file.bytes());
    }
  }

  private static InputStream open(RemoteFile file) {
    try {
      return file.io().newInputFile(file.location(), file.bytes()).newStream();
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private static int read(RemoteFile file, InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException | RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private static LeatException unreadable(RemoteFile file, Exception cause) {
    return new LeatException(
        ErrorCode.LAKE_UNAVAILABLE, "The file " + file.location() + " cannot be read", cause);
  }
}

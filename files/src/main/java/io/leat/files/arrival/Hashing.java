package io.leat.files.arrival;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of what streams by. */
final class Hashing {
  private static final int PIECE = 1 << 18;

  private Hashing() {}

  static String of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return through(in, OutputStream.nullOutputStream(), Long.MAX_VALUE);
    }
  }

  /**
   * Copies a stream.
   *
   * @param most bytes; more fail
   * @return the hash of what was copied
   */
  static String through(InputStream in, OutputStream out, long most) throws IOException {
    MessageDigest digest = sha256();
    byte[] piece = new byte[PIECE];
    long left = most;
    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
      left -= count;
      if (left < 0) {
        throw new IOException("The file has more bytes than it said");
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new java.io.InterruptedIOException("interrupted");
      }
      digest.update(piece, 0, count);
      out.write(piece, 0, count);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

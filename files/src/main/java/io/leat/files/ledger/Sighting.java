package io.leat.files.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A file that was seen, whole.
 *
 * @param blueprint whose source it is
 * @param source the source's name
 * @param name the file's name in its source; with folders, divided by {@code /}
 * @param location where it lies: {@code file:///...}, {@code s3://bucket/key}, {@code upload:name}
 * @param version another one when its content may be another one
 * @param size in bytes
 */
public record Sighting(
    String blueprint, String source, String name, String location, String version, long size) {
  private static final int BYTES = 16;

  /** The file's id: the same whoever sees the same version at the same place. */
  public String id() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {blueprint, source, location, version}) {
        sha256.update(part.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
      }
      return HexFormat.of().formatHex(Arrays.copyOf(sha256.digest(), BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

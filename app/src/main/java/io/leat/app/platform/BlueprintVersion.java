package io.leat.app.platform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which version of a blueprint is applied: a hash of its files. The same files make the same
 * version on every machine, and a file that changes, comes, goes or is renamed makes another.
 */
public final class BlueprintVersion {
  private static final int HEX_DIGITS = 16;

  private BlueprintVersion() {}

  /**
   * 16 hexadecimal digits of SHA-256 over names and contents, in the order of the names.
   *
   * @param files contents by their paths in the blueprint's folder
   */
  public static String of(Map<String, byte[]> files) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      new TreeMap<>(files)
          .forEach(
              (name, content) -> {
                // Lengths first, so that no two folders read the same.
                update(sha256, name.getBytes(StandardCharsets.UTF_8));
                update(sha256, content);
              });
      return HexFormat.of().formatHex(sha256.digest()).substring(0, HEX_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(MessageDigest sha256, byte[] part) {
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
    sha256.update(part);
  }
}

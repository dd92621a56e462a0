package io.leat.rules.alert;

import io.leat.event.LogPosition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The id of an episode: a hash of detector, key and the log position that it began with. So it is
 * the same whenever the log is read again, and a ticket can be found by it.
 */
public final class AlertId {
  private static final int BYTES = 16;

  private AlertId() {}

  /**
   * 32 hexadecimal digits.
   *
   * @param key the entity; empty when there is none
   * @param start the position that the episode began with: of the event that completed a threshold,
   *     or was the last one seen of a silent entity
   */
  public static String of(String blueprint, String detector, String key, LogPosition start) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {blueprint, detector, key, start.toString()}) {
        sha256.update(part.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
      }
      return HexFormat.of().formatHex(Arrays.copyOf(sha256.digest(), BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

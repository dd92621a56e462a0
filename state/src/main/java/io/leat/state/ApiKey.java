package io.leat.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key {@code leat_<id>_<secret>}: 16 and 64 hex digits. The secret has 256 random bits, so that
 * one round of SHA-256 is enough to store it.
 */
public record ApiKey(String id, String secret) {
  /** What every key starts with. */
  public static final String PREFIX = "leat_";

  private static final Pattern FORM = Pattern.compile("leat_([0-9a-f]{16})_([0-9a-f]{64})");

  static ApiKey random(RandomGenerator random) {
    byte[] id = new byte[8];
    byte[] secret = new byte[32];
    random.nextBytes(id);
    random.nextBytes(secret);
    HexFormat hex = HexFormat.of();
    return new ApiKey(hex.formatHex(id), hex.formatHex(secret));
  }

  /** The key that {@code text} writes; empty when it has not the form of one. */
  public static Optional<ApiKey> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(new ApiKey(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /** Whether the secret is the stored one; takes the same time wherever they differ. */
  public boolean matches(@Nullable String storedHash) {
    byte[] mine = hash().getBytes(StandardCharsets.US_ASCII);
    byte[] stored = (storedHash == null ? "" : storedHash).getBytes(StandardCharsets.US_ASCII);
    return MessageDigest.isEqual(mine, stored);
  }

  /** SHA-256 of the secret in hex. */
  String hash() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(secret.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The key as the client gets it. */
  String text() {
    return PREFIX + id + "_" + secret;
  }

  @Override
  public String toString() {
    return PREFIX + id + "_...";
  }
}

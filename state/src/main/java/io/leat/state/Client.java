package io.leat.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A client as it is stored.
 *
 * @param id random, part of its key
 * @param name for people; one living client has it
 * @param secretHash SHA-256 of the secret in hex; null for a client with a certificate only
 * @param roles {@code send}, {@code read}, {@code operate}, {@code admin}
 * @param streams patterns: {@code devices.telemetry}, {@code devices.*}, {@code *}
 * @param entityKeys the entity keys it may send for; empty means any
 * @param rate its own rate limit; null: the server's default
 * @param certificate what its certificate must show; null: it has none
 * @param createdAt when it was added
 * @param expiresAt from then on it is refused; null: never
 * @param revokedAt when it was revoked; null: it was not
 */
public record Client(
    String id,
    String name,
    @Nullable String secretHash,
    List<String> roles,
    List<String> streams,
    List<String> entityKeys,
    @Nullable Rate rate,
    @Nullable Certificate certificate,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {
  public Client {
    roles = List.copyOf(roles);
    streams = List.copyOf(streams);
    entityKeys = List.copyOf(entityKeys);
  }

  /** Requests a second and at once. */
  public record Rate(double perSecond, long burst) {}

  /**
   * A client certificate.
   *
   * @param fingerprint SHA-256 of its DER form, lower-case hex; null: any certificate of the
   *     subject
   * @param subject common name; null: found by fingerprint
   */
  public record Certificate(@Nullable String fingerprint, @Nullable String subject) {
    public Certificate {
      if (fingerprint == null && subject == null) {
        throw new IllegalArgumentException("a certificate needs a fingerprint or a subject");
      }
      if (fingerprint != null && !fingerprint.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "a certificate's fingerprint is its SHA-256 as 64 lower-case hex digits");
      }
    }
  }

  /** Why it may not be used at {@code now}, in one word; empty when it may. */
  public Optional<String> refusal(Instant now) {
    if (revokedAt != null) {
      return Optional.of("revoked");
    }
    return expiresAt != null && !now.isBefore(expiresAt)
        ? Optional.of("expired")
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "Client[id=" + id + ", name=" + name + ", roles=" + roles + ", streams=" + streams + "]";
  }
}

package io.leat.http;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose tokens are accepted.
 *
 * @param issuer exact value of {@code iss}
 * @param audience value that {@code aud} must contain
 * @param jwksUri where its keys are, https or http; or null when in a file
 * @param jwksFile the file with its keys; or null when at a URI
 * @param algorithms asymmetric algorithms that are accepted, such as {@code RS256}, {@code ES256}
 * @param claims how claims become rights
 */
public record JwtIssuer(
    String issuer,
    String audience,
    @Nullable String jwksUri,
    @Nullable Path jwksFile,
    Set<String> algorithms,
    ClaimMapping claims) {
  private static final Set<String> POSSIBLE =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  public JwtIssuer {
    algorithms = Set.copyOf(algorithms);
    if ((jwksUri == null) == (jwksFile == null)) {
      throw new IllegalArgumentException(
          "issuer '" + issuer + "' needs either a JWKS URI or a JWKS file");
    }
    if (algorithms.isEmpty()) {
      throw new IllegalArgumentException("issuer '" + issuer + "' allows no algorithm");
    }
    for (String algorithm : algorithms) {
      if (!POSSIBLE.contains(algorithm)) {
        throw new IllegalArgumentException(
            "issuer '"
                + issuer
                + "' allows the algorithm '"
                + algorithm
                + "', which is not one of "
                + POSSIBLE.stream().sorted().toList());
      }
    }
  }

  /**
   * How claims become rights. Claims are arrays of text, or one text.
   *
   * @param roles claim with the roles, such as {@code roles} or {@code scope}; one text may hold
   *     several with spaces between them
   * @param roleNames what each value means; a value that is not here gives no role. Without any,
   *     values are roles' own names
   * @param streams claim with the stream patterns; null: all streams
   * @param entityKeys claim with the entity keys; null: any key. If it is named, a token without it
   *     is refused
   */
  public record ClaimMapping(
      String roles,
      Map<String, Role> roleNames,
      @Nullable String streams,
      @Nullable String entityKeys) {
    public ClaimMapping {
      roleNames = Map.copyOf(roleNames);
    }

    /** What a value of the roles' claim means; null when it gives no role. */
    @Nullable Role role(String value) {
      if (!roleNames.isEmpty()) {
        return roleNames.get(value);
      }
      for (Role own : Role.values()) {
        if (own.text().equals(value)) {
          return own;
        }
      }
      return null;
    }

    /** Roles in {@code roles} by their own names, stream patterns in {@code streams}. */
    public static ClaimMapping standard() {
      return new ClaimMapping("roles", Map.of(), "streams", null);
    }
  }

  /** The algorithms that are accepted if the configuration does not say. */
  public static Set<String> defaultAlgorithms() {
    return Set.copyOf(List.of("RS256", "PS256", "ES256"));
  }
}

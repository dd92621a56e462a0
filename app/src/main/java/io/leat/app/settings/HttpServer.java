package io.leat.app.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How Leat is reached.
 *
 * @param host the address to bind to
 * @param port 0 takes a free one
 * @param tls null: plain HTTP, which only the loopback address may speak unless {@code
 *     allow-plaintext} says otherwise
 * @param limits bounds on requests
 * @param corsOrigins origins whose pages may call; {@code *} is all
 * @param rateLimit for each client that has no limit of its own
 * @param jwt whose tokens are accepted
 */
public record HttpServer(
    String host,
    int port,
    @Nullable Tls tls,
    Limits limits,
    List<String> corsOrigins,
    RateLimit rateLimit,
    List<Jwt> jwt) {
  public HttpServer {
    corsOrigins = List.copyOf(corsOrigins);
    jwt = List.copyOf(jwt);
  }

  /** The same at another address. */
  public HttpServer withAddress(String newHost, int newPort) {
    return new HttpServer(newHost, newPort, tls, limits, corsOrigins, rateLimit, jwt);
  }

  /**
   * TLS 1.3 from PEM files, which are read again when they change.
   *
   * @param certificate the chain
   * @param key the private key, PKCS#8
   * @param clientCa who signs client certificates; null: none are asked for
   */
  public record Tls(Path certificate, Path key, @Nullable Path clientCa) {}

  /**
   * Bounds on requests; what is beyond is refused.
   *
   * @param body bytes of a body as sent
   * @param inflated bytes of a body when decompressed
   * @param headers bytes of all headers together
   * @param batch records in a request
   * @param depth levels of nesting of a record
   * @param fields members and elements of a record, all levels together
   * @param requestTimeout how long a request may take to arrive
   * @param idleTimeout how long a connection may be silent
   * @param concurrent requests in work at once
   */
  public record Limits(
      int body,
      int inflated,
      int headers,
      int batch,
      int depth,
      int fields,
      Duration requestTimeout,
      Duration idleTimeout,
      int concurrent) {}

  /**
   * How many requests a client may make.
   *
   * @param perSecond sustained
   * @param burst at once after a pause
   */
  public record RateLimit(int perSecond, int burst) {}

  /**
   * An issuer of tokens.
   *
   * @param issuer the exact value of {@code iss}
   * @param audience what {@code aud} must contain
   * @param jwks where its keys are; null when they are in a file
   * @param jwksFile the file with its keys; null when they are at a URI
   * @param algorithms the signatures that are accepted
   * @param claims how claims become rights
   */
  public record Jwt(
      String issuer,
      String audience,
      @Nullable String jwks,
      @Nullable Path jwksFile,
      List<String> algorithms,
      Claims claims) {
    public Jwt {
      algorithms = List.copyOf(algorithms);
    }
  }

  /**
   * How claims become rights.
   *
   * @param roles the claim with the roles
   * @param roleNames role (send, read, operate, admin) by the value that stands for it
   * @param streams the claim with the stream patterns
   * @param entityKeys the claim with the entity keys that a token is bound to; null: tokens are not
   *     bound
   */
  public record Claims(
      String roles, Map<String, String> roleNames, String streams, @Nullable String entityKeys) {
    public Claims {
      roleNames = Map.copyOf(roleNames);
    }
  }
}

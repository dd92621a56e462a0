package io.leat.http;

import io.leat.state.ApiKey;
import io.leat.state.Client;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * API keys, JSON Web Tokens and client certificates. A presented Authorization header decides
 * alone; without one the connection's certificate does.
 */
public final class StandardAuthenticator implements Authenticator {
  private static final String BEARER = "bearer ";

  private final ClientDirectory directory;
  private final Tokens tokens;
  private final InstantSource clock;

  public StandardAuthenticator(ClientDirectory directory, Tokens tokens, InstantSource clock) {
    this.directory = directory;
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  public Future<Identity> authenticate(HttpServerRequest request) {
    List<String> headers = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (headers.isEmpty()) {
      return Future.succeededFuture(byCertificate(request));
    }
    String header = headers.get(0);
    if (headers.size() > 1) {
      throw new AuthenticationException("malformed", "There are two Authorization headers");
    }
    if (!header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      throw new AuthenticationException(
          "malformed", "Authorization must be 'Bearer' and an API key or a token");
    }
    String credential = header.substring(BEARER.length()).trim();
    return credential.startsWith(ApiKey.PREFIX)
        ? Future.succeededFuture(byKey(credential))
        : tokens.verify(credential);
  }

  private Identity byKey(String credential) {
    // One message for all of them: an answer does not tell whether an id exists.
    String message = "The API key is not valid";
    ApiKey key =
        ApiKey.parse(credential)
            .orElseThrow(() -> new AuthenticationException("malformed", message));
    Optional<Client> client = directory.byId(key.id());
    boolean matches = key.matches(client.map(Client::secretHash).orElse(null));
    if (client.isEmpty() || !matches) {
      throw new AuthenticationException("unknown-key", message);
    }
    return identity(client.get(), "The API key");
  }

  private Identity byCertificate(HttpServerRequest request) {
    X509Certificate certificate = certificate(request);
    if (certificate == null) {
      throw new AuthenticationException(
          "missing", "Send 'Authorization: Bearer' and an API key or a token");
    }
    Client client =
        directory
            .byCertificate(fingerprint(certificate), commonName(certificate))
            .orElseThrow(
                () ->
                    new AuthenticationException(
                        "unknown-certificate", "No client has this certificate"));
    return identity(client, "The certificate's client");
  }

  private Identity identity(Client client, String what) {
    Optional<String> refusal = client.refusal(clock.instant());
    if (refusal.isPresent()) {
      throw new AuthenticationException(
          refusal.get(), what + (refusal.get().equals("expired") ? " has expired" : " is revoked"));
    }
    Set<Role> roles = new LinkedHashSet<>();
    client.roles().forEach(role -> roles.add(Role.of(role)));
    Client.Rate rate = client.rate();
    return new Identity(
        new Principal(
            client.id(),
            client.name(),
            roles,
            new StreamScope(client.streams()),
            Set.copyOf(client.entityKeys())),
        rate == null ? null : new RateLimit(rate.perSecond(), rate.burst()));
  }

  private static @Nullable X509Certificate certificate(HttpServerRequest request) {
    SSLSession session = request.sslSession();
    if (session == null) {
      return null;
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
    } catch (SSLPeerUnverifiedException e) {
      return null; // the client showed none
    }
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that TLS took has a SHA-256", e);
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      LdapName name = new LdapName(certificate.getSubjectX500Principal().getName());
      return name.getRdns().stream()
          .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
          .map(Rdn::getValue)
          .filter(String.class::isInstance)
          .map(String.class::cast)
          .reduce((first, last) -> last);
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }
}

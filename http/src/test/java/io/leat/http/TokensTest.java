package io.leat.http;

import static io.leat.http.TestingServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class TokensTest {
  private static final String ISSUER = "https://login.example";
  private static RSAKey rsa;
  private static RSAKey rotated;
  private static ECKey ec;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final AtomicReference<String> served = new AtomicReference<>("");
  private final AtomicInteger fetches = new AtomicInteger();
  private final TestingServer server = new TestingServer();
  private HttpServer issuer;
  private Tokens tokens;
  private Principal seen;

  @BeforeAll
  static void makeKeys() throws JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("one").generate();
    rotated = new RSAKeyGenerator(2048).keyID("two").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
  }

  @BeforeEach
  void start() throws IOException {
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/keys",
        exchange -> {
          fetches.incrementAndGet();
          byte[] body = served.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    issuer.start();
    serve(rsa, ec);
    start(
        new JwtIssuer(
            ISSUER,
            "leat",
            "http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys",
            null,
            Set.of("RS256", "ES256"),
            new JwtIssuer.ClaimMapping(
                "scope",
                Map.of("events:write", Role.SEND, "events:read", Role.READ),
                "streams",
                "device")));
  }

  private void start(JwtIssuer configured) {
    tokens = new Tokens(server.vertx, List.of(configured), clock);
    server.start(
        TestingServer.settings(),
        request -> {
          String header = request.getHeader("Authorization");
          return tokens.verify(header.substring(7)).onSuccess(id -> seen = id.principal());
        },
        List.of(new EchoRoutes(server.bodies, Duration.ofSeconds(5))));
  }

  @AfterEach
  void stop() {
    server.close();
    tokens.close();
    issuer.stop(0);
  }

  private void serve(JWK... keys) {
    served.set(new JWKSet(List.of(keys)).toPublicJWKSet().toString());
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("leat")
        .subject("m-1")
        .expirationTime(Date.from(now.get().plusSeconds(600)))
        .claim("scope", "events:read events:write other")
        .claim("streams", List.of("devices.*"))
        .claim("device", "m-1");
  }

  private static String sign(
      JWSAlgorithm algorithm, String kid, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(algorithm).keyID(kid).type(JOSEObjectType.JWT).build(), claims);
    jwt.sign(signer);
    return jwt.serialize();
  }

  private String good() throws JOSEException {
    return sign(JWSAlgorithm.RS256, "one", new RSASSASigner(rsa), claims().build());
  }

  private void assertRefused(String token, String reason, String detail) throws IOException {
    HttpResponse<String> response = server.get("/v1/echo/a", token);
    assertThat(json(response).getString("detail")).isEqualTo(detail);
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(server.counter("leat_auth_rejected", "reason", reason)).isPositive();
  }

  @Test
  void aGoodTokenBecomesItsClaims() throws Exception {
    assertThat(server.get("/v1/echo/a", good()).statusCode()).isEqualTo(200);

    assertThat(seen)
        .isEqualTo(
            new Principal(
                ISSUER + "|m-1",
                "m-1",
                Set.of(Role.READ, Role.SEND),
                new StreamScope(List.of("devices.*")),
                Set.of("m-1")));
    String byEc = sign(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims().build());
    assertThat(server.get("/v1/echo/a", byEc).statusCode()).isEqualTo(200);
    assertThat(fetches).hasValue(1);
  }

  @Test
  void aNameThatIsNotMappedGivesNoRole() throws Exception {
    String token =
        sign(
            JWSAlgorithm.RS256,
            "one",
            new RSASSASigner(rsa),
            claims().claim("scope", "admin send read").build());

    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(403);
    assertThat(seen.roles()).isEmpty();
  }

  @Test
  void onlyTheRolesAreSplitAtBlanks() throws Exception {
    RSASSASigner signer = new RSASSASigner(rsa);
    String entity = claims().claim("device", "m-1 m-2").build().toString();
    String token = sign(JWSAlgorithm.RS256, "one", signer, JWTClaimsSet.parse(entity));

    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(200);

    assertThat(seen.entityKeys()).containsExactly("m-1 m-2");
    assertRefused(
        sign(
            JWSAlgorithm.RS256,
            "one",
            signer,
            claims().claim("streams", "devices.a devices.b").build()),
        "claims",
        "The token's claims are not accepted: 'devices.a devices.b' is not a stream pattern."
            + " Write devices.telemetry, devices.* or *");
  }

  @Test
  void unsignedAndSymmetricTokensAreRefused() throws Exception {
    String detail = "The token is not signed with an algorithm that is accepted here";
    assertRefused(new PlainJWT(claims().build()).serialize(), "algorithm", detail);

    byte[] publicKey = rsa.toRSAPublicKey().getEncoded();
    String confused = sign(JWSAlgorithm.HS256, "one", new MACSigner(publicKey), claims().build());
    assertRefused(confused, "algorithm", detail);
    byte[] pem =
        ("-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(publicKey)
                + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII);
    assertRefused(
        sign(JWSAlgorithm.HS256, "one", new MACSigner(pem), claims().build()), "algorithm", detail);
    assertRefused(
        sign(JWSAlgorithm.RS512, "one", new RSASSASigner(rsa), claims().build()),
        "algorithm",
        detail);
  }

  @Test
  void aSymmetricKeyInTheSetIsNeverUsed() throws Exception {
    OctetSequenceKey secret =
        new OctetSequenceKey.Builder(new byte[32])
            .keyID("mac")
            .algorithm(JWSAlgorithm.HS256)
            .build();
    served.set(new JWKSet(List.<JWK>of(secret)).toString(false));

    assertRefused(
        sign(JWSAlgorithm.HS256, "mac", new MACSigner(secret), claims().build()),
        "algorithm",
        "The token is not signed with an algorithm that is accepted here");
  }

  @Test
  void wrongClaimsAreRefused() throws Exception {
    RSASSASigner signer = new RSASSASigner(rsa);
    String prefix = "The token's claims are not accepted: ";
    assertRefused(
        sign(JWSAlgorithm.RS256, "one", signer, claims().audience("other").build()),
        "claims",
        prefix + "JWT aud claim rejected");
    assertRefused(
        sign(
            JWSAlgorithm.RS256,
            "one",
            signer,
            claims().expirationTime(Date.from(now.get().minusSeconds(31))).build()),
        "expired",
        "The token has expired");
    assertRefused(
        sign(JWSAlgorithm.RS256, "one", signer, claims().expirationTime(null).build()),
        "claims",
        prefix + "JWT missing required claims: [exp]");
    assertRefused(
        sign(
            JWSAlgorithm.RS256,
            "one",
            signer,
            claims().notBeforeTime(Date.from(now.get().plusSeconds(60))).build()),
        "claims",
        prefix + "JWT before use time");
    assertRefused(
        sign(JWSAlgorithm.RS256, "one", signer, claims().issuer("https://evil").build()),
        "unknown-issuer",
        "The token's issuer is not accepted");
    assertRefused(
        sign(JWSAlgorithm.RS256, "one", signer, claims().claim("device", null).build()),
        "claims",
        prefix + "device is empty");
    String withoutScope =
        sign(JWSAlgorithm.RS256, "one", signer, claims().claim("scope", "other").build());
    assertThat(server.get("/v1/echo/a", withoutScope).statusCode()).isEqualTo(403);
  }

  @Test
  void forgedTokensAreRefused() throws Exception {
    String detail = "The token is not signed with a known key of its issuer";
    String[] parts = good().split("\\.", -1);
    String admin =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                claims()
                    .claim("scope", "admin")
                    .build()
                    .toString()
                    .getBytes(StandardCharsets.UTF_8));
    assertRefused(parts[0] + "." + admin + "." + parts[2], "signature", detail);
    assertRefused(
        sign(JWSAlgorithm.RS256, "one", new RSASSASigner(rotated), claims().build()),
        "signature",
        detail);
    String garbage = "The credential is neither an API key nor a token that is accepted here";
    assertRefused("a.b.c", "malformed", garbage);
    assertRefused(parts[0] + ".." + parts[2], "malformed", garbage);
  }

  @Test
  void anUnknownKeyIsLookedForButNotTooOften() throws Exception {
    server.get("/v1/echo/a", good());
    assertThat(fetches).hasValue(1);
    String unknown =
        sign(JWSAlgorithm.RS256, "nobody", new RSASSASigner(rotated), claims().build());

    now.set(now.get().plusSeconds(6));
    for (int i = 0; i < 5; i++) {
      assertRefused(unknown, "signature", "The token is not signed with a known key of its issuer");
    }

    assertThat(fetches).hasValue(2);
  }

  @Test
  void aRotatedKeyIsFetched() throws Exception {
    assertThat(server.get("/v1/echo/a", good()).statusCode()).isEqualTo(200);
    serve(rotated);
    now.set(now.get().plusSeconds(6));

    String token = sign(JWSAlgorithm.RS256, "two", new RSASSASigner(rotated), claims().build());
    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(200);
    assertRefused(good(), "signature", "The token is not signed with a known key of its issuer");
  }

  @Test
  void anIssuerThatIsAwayIsA503AndItsLastKeysGoOn() throws Exception {
    String token = good();
    issuer.stop(0);
    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(503);

    now.set(now.get().plusSeconds(6));
    HttpServer again = HttpServer.create(issuer.getAddress(), 0);
    again.createContext(
        "/keys",
        exchange -> {
          byte[] body = served.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    again.start();
    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(200);
    again.stop(0);
    now.set(now.get().plusSeconds(400));
    assertThat(server.get("/v1/echo/a", good()).statusCode()).isEqualTo(200);
    now.set(now.get().plusSeconds(4_000));
    HttpResponse<String> stale = server.get("/v1/echo/a", good());
    assertThat(stale.statusCode()).isEqualTo(503);
    assertThat(json(stale).getString("code")).isEqualTo("state-unavailable");
  }

  @Test
  void keysMayComeFromAFile(@TempDir Path dir) throws Exception {
    server.service.close();
    tokens.close();
    Path file = dir.resolve("jwks.json");
    Files.writeString(file, new JWKSet(List.<JWK>of(rsa)).toString());
    start(
        new JwtIssuer(
            ISSUER,
            "leat",
            null,
            file,
            JwtIssuer.defaultAlgorithms(),
            new JwtIssuer.ClaimMapping("scope", Map.of("events:read", Role.READ), null, null)));

    assertThat(server.get("/v1/echo/a", good()).statusCode()).isEqualTo(200);

    Files.writeString(file, new JWKSet(List.<JWK>of(rotated)).toString());
    String token = sign(JWSAlgorithm.RS256, "two", new RSASSASigner(rotated), claims().build());
    assertThat(server.get("/v1/echo/a", token).statusCode()).isEqualTo(200);
  }
}

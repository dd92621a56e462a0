package io.leat.http;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens of the configured issuers, on threads of its own. The issuer that a
 * token claims chooses keys, algorithms and audience; only then is the signature believed.
 */
public final class Tokens implements AutoCloseable {
  private static final int CLOCK_SKEW_SECONDS = 30;

  private final Map<String, Verifier> issuers = new HashMap<>();
  private final WorkerExecutor threads;

  public Tokens(Vertx vertx, List<JwtIssuer> issuers, InstantSource clock) {
    this.threads = vertx.createSharedWorkerExecutor("leat-tokens", 4);
    for (JwtIssuer issuer : issuers) {
      if (this.issuers.put(issuer.issuer(), new Verifier(issuer, clock)) != null) {
        throw new IllegalArgumentException("two issuers are called '" + issuer.issuer() + "'");
      }
    }
  }

  /**
   * Who the token names.
   *
   * @return fails with {@link AuthenticationException}, or with STATE_UNAVAILABLE when the issuer's
   *     keys cannot be had
   */
  Future<Identity> verify(String token) {
    if (issuers.isEmpty()) {
      return Future.failedFuture(malformed());
    }
    return threads.executeBlocking(() -> verifyNow(token), false);
  }

  @Override
  public void close() {
    threads.close();
    issuers.values().forEach(verifier -> verifier.keys.close());
  }

  private Identity verifyNow(String token) {
    JWT jwt;
    String issuer;
    try {
      jwt = JWTParser.parse(token);
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      issuer = claims == null ? null : claims.getIssuer();
    } catch (ParseException e) {
      throw malformed();
    }
    Verifier verifier = issuer == null ? null : issuers.get(issuer);
    if (verifier == null) {
      throw new AuthenticationException("unknown-issuer", "The token's issuer is not accepted");
    }
    return verifier.verify(jwt);
  }

  private static AuthenticationException malformed() {
    return new AuthenticationException(
        "malformed", "The credential is neither an API key nor a token that is accepted here");
  }

  /** One issuer's rules. */
  private static final class Verifier {
    private final JwtIssuer issuer;
    private final IssuerKeys keys;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    Verifier(JwtIssuer issuer, InstantSource clock) {
      this.issuer = issuer;
      this.keys = new IssuerKeys(issuer, clock);
      Set<JWSAlgorithm> algorithms =
          issuer.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
      processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
      processor.setJWSTypeVerifier(
          new DefaultJOSEObjectTypeVerifier<>(
              JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
      DefaultJWTClaimsVerifier<SecurityContext> claims =
          new DefaultJWTClaimsVerifier<>(
              issuer.audience(),
              new JWTClaimsSet.Builder().issuer(issuer.issuer()).build(),
              Set.of("sub", "exp")) {
            @Override
            protected Date currentTime() {
              return Date.from(clock.instant());
            }
          };
      claims.setMaxClockSkew(CLOCK_SKEW_SECONDS);
      processor.setJWTClaimsSetVerifier(claims);
    }

    Identity verify(JWT token) {
      Algorithm algorithm = token.getHeader().getAlgorithm();
      if (!(token instanceof SignedJWT signed)
          || algorithm == null
          || !issuer.algorithms().contains(algorithm.getName())) {
        throw new AuthenticationException(
            "algorithm", "The token is not signed with an algorithm that is accepted here");
      }
      try {
        return identity(processor.process(signed, null));
      } catch (ExpiredJWTException e) {
        throw new AuthenticationException("expired", "The token has expired");
      } catch (BadJWTException e) {
        throw new AuthenticationException(
            "claims", "The token's claims are not accepted: " + e.getMessage());
      } catch (BadJOSEException e) {
        throw new AuthenticationException(
            "signature", "The token is not signed with a known key of its issuer");
      } catch (KeySourceException e) {
        throw new LeatException(
            ErrorCode.STATE_UNAVAILABLE, "The issuer's keys cannot be had: " + e.getMessage(), e);
      } catch (JOSEException e) {
        throw new AuthenticationException("signature", "The token's signature cannot be verified");
      }
    }

    private Identity identity(JWTClaimsSet claims) {
      JwtIssuer.ClaimMapping mapping = issuer.claims();
      Set<Role> roles = new LinkedHashSet<>();
      for (String value : words(claims, mapping.roles())) {
        Role role = mapping.role(value);
        if (role != null) {
          roles.add(role);
        }
      }
      StreamScope streams =
          mapping.streams() == null ? StreamScope.ALL : streams(texts(claims, mapping.streams()));
      List<String> entities = texts(claims, mapping.entityKeys());
      if (mapping.entityKeys() != null && entities.isEmpty()) {
        throw new AuthenticationException(
            "claims", "The token's claims are not accepted: " + mapping.entityKeys() + " is empty");
      }
      String subject = String.valueOf(claims.getSubject());
      return new Identity(
          new Principal(
              issuer.issuer() + "|" + subject, subject, roles, streams, Set.copyOf(entities)),
          null);
    }

    private static StreamScope streams(List<String> patterns) {
      try {
        return new StreamScope(patterns);
      } catch (IllegalArgumentException e) {
        throw new AuthenticationException(
            "claims", "The token's claims are not accepted: " + e.getMessage());
      }
    }

    /** The claim as words: of an array, or of one text with spaces, as a scope is written. */
    private static List<String> words(JWTClaimsSet claims, String name) {
      return claims.getClaim(name) instanceof String text && !text.isBlank()
          ? List.of(text.trim().split("\\s+"))
          : texts(claims, name);
    }

    /** The claim as texts: of an array, or one. */
    private static List<String> texts(JWTClaimsSet claims, @Nullable String name) {
      Object value = name == null ? null : claims.getClaim(name);
      if (value instanceof String text) {
        return text.isBlank() ? List.of() : List.of(text);
      }
      if (value instanceof List<?> list) {
        return list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      }
      return List.of();
    }
  }
}

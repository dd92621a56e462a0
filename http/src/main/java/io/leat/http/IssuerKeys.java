package io.leat.http;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one issuer, from its JWKS by URI or file. They are kept for {@link #FRESH}; a key
 * that is not among them makes it look again, at most each {@link #PAUSE}, so that forged key ids
 * are no way to make Leat call the issuer. When the issuer is away the last keys are used for
 * {@link #STALE}.
 */
final class IssuerKeys implements JWKSource<SecurityContext>, AutoCloseable {
  static final Duration FRESH = Duration.ofMinutes(5);
  static final Duration PAUSE = Duration.ofSeconds(5);
  static final Duration STALE = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int MAX_BYTES = 256 * 1024;

  private final JwtIssuer issuer;
  private final InstantSource clock;
  private final ExecutorService fetcher;
  private @Nullable JWKSet keys;
  private Instant keysFrom = Instant.MIN;
  private Instant lastTry = Instant.MIN;
  private @Nullable String lastFailure;

  IssuerKeys(JwtIssuer issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
    this.fetcher =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "leat-issuer-keys");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public synchronized List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    Instant now = clock.instant();
    boolean tried = false;
    if (keys == null || now.isAfter(keysFrom.plus(FRESH))) {
      tried = refresh(now);
    }
    List<JWK> found = select(selector, now);
    if (found.isEmpty() && !tried) {
      refresh(now);
      found = select(selector, now);
    }
    if (found.isEmpty() && lastFailure != null) {
      throw new KeySourceException(lastFailure);
    }
    return found;
  }

  @Override
  public void close() {
    fetcher.shutdownNow();
  }

  private List<JWK> select(JWKSelector selector, Instant now) throws KeySourceException {
    JWKSet current = keys;
    if (current == null || now.isAfter(keysFrom.plus(STALE))) {
      throw new KeySourceException(
          lastFailure == null ? "the keys have not been read yet" : lastFailure);
    }
    return selector.select(current);
  }

  /** Reads the keys, unless it did just now. Keeps the old ones when it cannot. */
  private boolean refresh(Instant now) {
    boolean local = issuer.jwksFile() != null;
    if (!local && lastTry.isAfter(now.minus(PAUSE))) {
      return false;
    }
    lastTry = now;
    try {
      keys = JWKSet.parse(local ? readFile() : fetch());
      keysFrom = now;
      lastFailure = null;
    } catch (IOException | ParseException e) {
      lastFailure = "the keys of " + issuer.issuer() + " cannot be read: " + e.getMessage();
      log.warn("Cannot read the keys of an issuer: issuer={}", issuer.issuer(), e);
    }
    return true;
  }

  private String readFile() throws IOException {
    Path file = issuer.jwksFile();
    if (file == null || Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
    }
    return Files.readString(file);
  }

  private String fetch() throws IOException {
    URL url = url();
    Future<String> answer =
        fetcher.submit(
            () ->
                new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES)
                    .retrieveResource(url)
                    .getContent());
    try {
      return answer.get(TIMEOUT_MILLIS + 500L, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(url + " did not answer within " + TIMEOUT_MILLIS + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(url + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private URL url() throws MalformedURLException {
    return URI.create(String.valueOf(issuer.jwksUri())).toURL();
  }
}

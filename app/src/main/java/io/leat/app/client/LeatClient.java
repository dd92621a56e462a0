package io.leat.app.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

/** The HTTP interface of a running Leat. Thread-safe. */
public final class LeatClient {
  /** Reads and writes what goes over the wire. */
  public static final JsonMapper JSON = new JsonMapper();

  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final URI base;
  private final String key;
  private final HttpClient http;

  /**
   * @param base such as {@code http://127.0.0.1:8080}
   * @param key an API key or a JWT
   */
  public LeatClient(URI base, String key) {
    this(base, key, builder().build());
  }

  /**
   * @param base such as {@code https://leat.example:8443}
   * @param key an API key or a JWT
   * @param trust whom to believe to be Leat, as {@link Trust} makes it
   */
  public LeatClient(URI base, String key, SSLContext trust) {
    this(base, key, builder().sslContext(trust).build());
  }

  private LeatClient(URI base, String key, HttpClient http) {
    this.base = base;
    this.key = key;
    this.http = http;
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5));
  }

  /** The same server for another client. */
  public LeatClient withKey(String other) {
    return new LeatClient(base, other, http);
  }

  /** Where it listens. */
  public URI base() {
    return base;
  }

  /** GET, answered with JSON. */
  public JsonNode get(String path) {
    return json(exchange(request(path).timeout(ANSWER).GET()));
  }

  /** POST of JSON, answered with JSON. */
  public JsonNode post(String path, JsonNode body) {
    return json(exchange(jsonRequest(path, body).timeout(ANSWER)));
  }

  /** DELETE, answered with JSON or nothing. */
  public JsonNode delete(String path) {
    return json(exchange(request(path).timeout(ANSWER).DELETE()));
  }

  /**
   * GET of a stream without an end of its own; closing it ends it.
   *
   * @param accept the media type
   */
  public InputStream open(String path, String accept) {
    return body(request(path).header("Accept", accept).GET());
  }

  /** POST of JSON, answered with a stream. */
  public InputStream open(String path, JsonNode body, String accept) {
    return body(jsonRequest(path, body).header("Accept", accept));
  }

  /** A request with the credential, to be completed. */
  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
  }

  /** Sends; the answer may have any status. */
  HttpResponse<byte[]> exchangeAny(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private HttpRequest.Builder jsonRequest(String path, JsonNode body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8));
  }

  private byte[] exchange(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response = exchangeAny(request.build());
      if (response.statusCode() >= 300) {
        throw problem(response.statusCode(), response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private InputStream body(HttpRequest.Builder request) {
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() >= 300) {
        try (InputStream body = response.body()) {
          throw problem(response.statusCode(), body.readAllBytes());
        }
      }
      return response.body();
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(new IOException("interrupted", e));
    }
  }

  private UncheckedIOException unreachable(IOException e) {
    String what;
    if (e instanceof ConnectException) {
      what = "no Leat answers at " + base + "; start one with 'leat up'";
    } else if (e instanceof SSLHandshakeException handshake) {
      what = untrusted(handshake);
    } else {
      what = "the exchange with " + base + " failed: " + describe(e);
    }
    return new UncheckedIOException(new IOException(what, e));
  }

  /** Why the server is not believed to be Leat, and what to do. */
  String untrusted(SSLHandshakeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof CertPathBuilderException
        ? "the certificate of "
            + base
            + " is not trusted; name a PEM file with it, or with the authority that signed it, by"
            + " --ca or LEAT_CA"
        : "the TLS handshake with " + base + " failed: " + root.getMessage();
  }

  static String describe(IOException e) {
    String message = e.getMessage();
    return message == null || message.isEmpty() ? e.getClass().getSimpleName() : message;
  }

  private static JsonNode json(byte[] body) {
    if (body.length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(new IOException("the answer is not JSON", e));
    }
  }

  static HttpProblemException problem(int status, byte[] body) {
    JsonNode problem = MissingNode.getInstance();
    String text = new String(body, StandardCharsets.UTF_8).strip();
    try {
      problem = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // Not a problem document: the text itself is all there is to tell.
    }
    String title = problem.path("title").asText("");
    String detail = problem.path("detail").asText(title);
    if (detail.isEmpty()) {
      detail = text.isEmpty() ? "HTTP status " + status : text.lines().findFirst().orElse(text);
    }
    return new HttpProblemException(status, problem.path("code").asText(""), detail);
  }
}

package io.leat.action.outbound;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client for URLs that a blueprint names: connects to addresses that {@link Addresses}
 * allowed and to no other, verifies certificates, follows no redirect, bounds time and answer, and
 * tells whether a request that failed had been sent. It writes no log. Thread-safe; callers wait.
 *
 * <p>By Vert.x, because there the address to connect to and the host that the certificate is held
 * against are two things; with {@code java.net.http} the host would be looked up a second time.
 */
public final class SafeHttp implements AutoCloseable {
  /** A longer answer is given up. */
  public static final int MOST_BODY = 1 << 20;

  private static final int MOST_HEADERS = 32 << 10;
  private static final int CONNECTIONS_PER_HOST = 64;
  private static final int WAITING_PER_HOST = 1_024;
  private static final int KEEP_ALIVE_SECONDS = 10;
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final HttpClient client;
  private final Addresses addresses;

  /** Trusts the certificates that this Java trusts. */
  public SafeHttp(Vertx vertx, Addresses addresses) {
    this(vertx, addresses, null);
  }

  /**
   * A client of its own in {@code vertx}.
   *
   * @param addresses not closed with it
   * @param trust whose certificates are good; null for those that this Java trusts
   */
  public SafeHttp(Vertx vertx, Addresses addresses, @Nullable TrustOptions trust) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setVerifyHost(true)
            .setMaxHeaderSize(MOST_HEADERS)
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS);
    if (trust != null) {
      options.setTrustOptions(trust);
    }
    this.client =
        vertx.createHttpClient(
            options,
            new PoolOptions()
                .setHttp1MaxSize(CONNECTIONS_PER_HOST)
                .setMaxWaitQueueSize(WAITING_PER_HOST));
    this.addresses = addresses;
  }

  /**
   * Sends a request and waits for its answer, no longer than its timeout.
   *
   * @throws InterruptedException if interrupted; the request may have been sent
   */
  public HttpAnswer exchange(HttpCall call) throws InterruptedException {
    return exchange(call, () -> {});
  }

  /**
   * As {@link #exchange(HttpCall)}.
   *
   * @param sent called, if it comes to that, when the request has been written; must not block
   */
  public HttpAnswer exchange(HttpCall call, Runnable sent) throws InterruptedException {
    long deadline = System.nanoTime() + call.timeout().toNanos();
    List<InetAddress> found;
    try {
      found = addresses.of(call.uri().getHost(), call.allowPrivate(), call.timeout());
    } catch (ForbiddenAddressException e) {
      return new HttpAnswer.NotSent(e.getMessage(), true);
    } catch (UnknownHostException e) {
      return new HttpAnswer.NotSent(String.valueOf(e.getMessage()), false);
    }
    Attempt attempt = new Attempt(call, deadline, sent);
    CompletableFuture<HttpAnswer> answer =
        attempt.connect(found, 0).toCompletionStage().toCompletableFuture();
    try {
      return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return attempt.giveUp(
          "no whole answer within " + call.timeout().toMillis() + " ms from " + host(call.uri()));
    } catch (ExecutionException e) {
      return attempt.giveUp(failure(call.uri(), e.getCause()));
    } catch (InterruptedException e) {
      attempt.giveUp("interrupted");
      throw e;
    }
  }

  /** One request on its way. */
  private final class Attempt {
    private enum Step {
      CONNECTING,
      SENDING,
      GIVEN_UP
    }

    private final HttpCall call;
    private final long deadline;
    private final Runnable sent;
    private final AtomicReference<Step> step = new AtomicReference<>(Step.CONNECTING);
    private volatile @Nullable HttpClientRequest request;

    Attempt(HttpCall call, long deadline, Runnable sent) {
      this.call = call;
      this.deadline = deadline;
      this.sent = sent;
    }

    Future<HttpAnswer> connect(List<InetAddress> addresses, int index) {
      return client
          .request(options(addresses.get(index)))
          .compose(
              this::send,
              failure ->
                  index + 1 < addresses.size() && step.get() == Step.CONNECTING
                      ? connect(addresses, index + 1)
                      : Future.failedFuture(failure));
    }

    private RequestOptions options(InetAddress address) {
      URI uri = call.uri();
      boolean tls = "https".equalsIgnoreCase(uri.getScheme());
      int port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
      String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return new RequestOptions()
          .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)))
          .setHost(uri.getHost())
          .setPort(port)
          .setSsl(tls)
          .setMethod(HttpMethod.valueOf(call.method()))
          .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
          .setFollowRedirects(false)
          .setConnectTimeout(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
    }

    private Future<HttpAnswer> send(HttpClientRequest made) {
      request = made;
      call.headers().forEach(made::putHeader);
      if (!step.compareAndSet(Step.CONNECTING, Step.SENDING)) {
        made.reset();
        return Future.failedFuture("given up");
      }
      made.end(Buffer.buffer(call.body())).onComplete(written -> sent.run());
      return made.response().compose(this::receive);
    }

    private Future<HttpAnswer> receive(HttpClientResponse response) {
      Promise<HttpAnswer> whole = Promise.promise();
      Buffer body = Buffer.buffer();
      response.exceptionHandler(whole::tryFail);
      response.handler(
          part -> {
            if (body.length() + part.length() > MOST_BODY) {
              whole.tryComplete(
                  new HttpAnswer.NoAnswer(
                      "the answer of "
                          + host(call.uri())
                          + " has more than "
                          + MOST_BODY
                          + " bytes"));
              response.request().reset();
            } else {
              body.appendBuffer(part);
            }
          });
      response.endHandler(
          end ->
              whole.tryComplete(
                  new HttpAnswer.Response(
                      response.statusCode(), headers(response), body.getBytes())));
      return whole.future();
    }

    HttpAnswer giveUp(String reason) {
      boolean sent = !step.compareAndSet(Step.CONNECTING, Step.GIVEN_UP);
      HttpClientRequest made = request;
      if (made != null) {
        made.reset();
      }
      return sent ? new HttpAnswer.NoAnswer(reason) : new HttpAnswer.NotSent(reason, false);
    }
  }

  private static Map<String, String> headers(HttpClientResponse response) {
    Map<String, String> headers = new HashMap<>();
    response
        .headers()
        .forEach((name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
    return headers;
  }

  /** In words of ours: those of libraries name paths and headers. */
  private static String failure(URI uri, @Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof SSLException) {
        return "no trusted connection to " + host(uri) + ": " + root(t);
      }
    }
    if (cause instanceof java.net.ConnectException) {
      return "no connection to " + host(uri) + ": is it up?";
    }
    return "the connection to " + host(uri) + " broke";
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private static String host(URI uri) {
    return "'" + uri.getHost() + (uri.getPort() < 0 ? "'" : ":" + uri.getPort() + "'");
  }

  @Override
  public void close() {
    try {
      client
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the HTTP client did not close", e);
    }
  }
}

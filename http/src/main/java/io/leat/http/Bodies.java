package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads request bodies within bounds, and undoes their Content-Encoding (gzip, zstd). The bytes of
 * all bodies that are held at once are bounded too, and so is how many wait to be inflated: over
 * either bound a request gets 503. Inflating has threads of its own, one a core, so that it neither
 * waits for those who wait for an engine nor keeps them waiting.
 */
public final class Bodies implements AutoCloseable {
  private static final int MOST_WAITING = 64;

  private final Vertx vertx;
  private final long maxBytesHeld;
  private final AtomicLong held = new AtomicLong();
  private final ThreadPoolExecutor inflaters;

  /** Holds bodies up to a quarter of the heap. */
  public Bodies(Vertx vertx, MeterRegistry registry) {
    this(vertx, registry, Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 4));
  }

  /**
   * @param maxBytesHeld bytes of all bodies, inflated, from their arrival to the end of the answer
   */
  public Bodies(Vertx vertx, MeterRegistry registry, long maxBytesHeld) {
    this(vertx, registry, maxBytesHeld, inflaters());
  }

  /**
   * @param inflaters inflate; over their bound they reject
   */
  Bodies(Vertx vertx, MeterRegistry registry, long maxBytesHeld, ThreadPoolExecutor inflaters) {
    this.vertx = vertx;
    this.maxBytesHeld = maxBytesHeld;
    this.inflaters = inflaters;
    Gauge.builder(
            "leat_http_inflation_waiting_fill",
            inflaters,
            i -> i.getQueue().size() / (double) MOST_WAITING)
        .description("Bodies that wait to be inflated, as a share of the bound, 0 to 1")
        .register(registry);
    Gauge.builder("leat_http_bodies_held", held, AtomicLong::get)
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("leat_http_bodies_held_bound", () -> maxBytesHeld)
        .baseUnit("bytes")
        .register(registry);
  }

  private static ThreadPoolExecutor inflaters() {
    int cores = Runtime.getRuntime().availableProcessors();
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        cores,
        cores,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(MOST_WAITING),
        task -> {
          Thread thread = new Thread(task, "leat-inflate-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * The whole body, inflated. Call it in the same turn of the event loop in which the handler runs.
   *
   * @return completes on the request's event loop; fails with a {@link LeatException}:
   *     BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, REQUEST_TIMEOUT, OVERLOADED, or a {@link
   *     MalformedEncodingException}; pass it to {@code ctx.fail}
   */
  public Future<byte[]> read(RoutingContext ctx, BodyLimits limits) {
    HttpServerRequest request = ctx.request();
    Inflation inflation;
    long length;
    try {
      inflation = Inflation.of(request.getHeader(HttpHeaders.CONTENT_ENCODING));
      length = length(request, limits.maxBytes());
    } catch (LeatException e) {
      if (e.code() == ErrorCode.UNSUPPORTED_MEDIA_TYPE) {
        ctx.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "gzip, zstd");
      }
      return Future.failedFuture(e);
    }
    Reading reading = new Reading(ctx, limits, length);
    reading.start();
    if (inflation == Inflation.NONE) {
      return reading.promise.future();
    }
    return reading
        .promise
        .future()
        .compose(bytes -> inflate(inflation, bytes, limits.maxInflatedBytes()))
        .map(
            inflated -> {
              reading.hold(inflated.length);
              return inflated;
            });
  }

  private Future<byte[]> inflate(Inflation inflation, byte[] bytes, int maxBytes) {
    Context loop = vertx.getOrCreateContext();
    Promise<byte[]> inflated = Promise.promise();
    try {
      inflaters.execute(
          () -> {
            try {
              byte[] whole = inflation.inflate(bytes, maxBytes);
              loop.runOnContext(ignored -> inflated.complete(whole));
            } catch (RuntimeException | OutOfMemoryError e) {
              loop.runOnContext(ignored -> inflated.fail(e));
            }
          });
    } catch (RejectedExecutionException e) {
      return Future.failedFuture(
          new LeatException(
              ErrorCode.OVERLOADED, "As many bodies wait to be inflated as may; try again", e));
    }
    return inflated.future();
  }

  /** Ends the threads that inflate. */
  @Override
  public void close() {
    inflaters.shutdownNow();
  }

  /** The declared length, or -1 without one. */
  private static long length(HttpServerRequest request, int maxBytes) {
    @Nullable String header = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (header == null) {
      return -1;
    }
    long length;
    try {
      length = Long.parseLong(header);
    } catch (NumberFormatException e) {
      throw new LeatException(ErrorCode.BAD_REQUEST, "Content-Length is not a number", e);
    }
    if (length > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return length;
  }

  private static LeatException tooLarge(int maxBytes) {
    return new LeatException(
        ErrorCode.BODY_TOO_LARGE,
        "The body has more than the " + maxBytes + " bytes that are taken here");
  }

  /** One body on its way. Owned by the request's event loop. */
  private final class Reading {
    private static final int EAGER = 1 << 20;

    private final RoutingContext ctx;
    private final BodyLimits limits;
    private final Promise<byte[]> promise = Promise.promise();
    private byte[] bytes;
    private int size;
    private long mine;
    private long timer;
    private boolean over;
    private boolean released;

    Reading(RoutingContext ctx, BodyLimits limits, long length) {
      this.ctx = ctx;
      this.limits = limits;
      // A declared length is believed up to 1 MiB; beyond that the array grows with what arrives.
      this.bytes = new byte[(int) (length < 0 ? 8 * 1024 : Math.min(length, EAGER))];
    }

    void start() {
      HttpServerRequest request = ctx.request();
      ctx.addEndHandler(
          ignored -> {
            finish();
            held.addAndGet(-mine);
            mine = 0;
            released = true;
          });
      timer = vertx.setTimer(limits.timeout().toMillis(), ignored -> timedOut());
      request.exceptionHandler(this::fail);
      request.handler(this::add);
      request.endHandler(ignored -> end());
      String expect = request.getHeader(HttpHeaders.EXPECT);
      if (expect != null && expect.equalsIgnoreCase("100-continue")) {
        ctx.response().writeContinue();
      }
      request.resume();
    }

    /** Counts bytes as held until the answer has ended. */
    void hold(int count) {
      if (released) {
        throw new LeatException(ErrorCode.OVERLOADED, "The request was not worked on in time");
      }
      if (held.addAndGet(count) > maxBytesHeld) {
        held.addAndGet(-count);
        throw new LeatException(
            ErrorCode.OVERLOADED, "The server holds as many request bodies as it can");
      }
      mine += count;
    }

    private void add(Buffer chunk) {
      if (over) {
        return;
      }
      int count = chunk.length();
      if (count > limits.maxBytes() - size) {
        Requests.hangUpAfterAnswer(ctx);
        fail(tooLarge(limits.maxBytes()));
        return;
      }
      try {
        hold(count);
      } catch (LeatException e) {
        Requests.hangUpAfterAnswer(ctx);
        fail(e);
        return;
      }
      if (size + count > bytes.length) {
        long doubled = Math.max(2L * bytes.length, size + count);
        bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, limits.maxBytes()));
      }
      chunk.getBytes(bytes, size);
      size += count;
    }

    private void end() {
      if (!over) {
        finish();
        AnswerTimer.lastByte(ctx);
        promise.complete(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
      }
    }

    private void timedOut() {
      Requests.hangUpAfterAnswer(ctx);
      fail(
          new LeatException(
              ErrorCode.REQUEST_TIMEOUT,
              "The body did not arrive within " + text(limits.timeout())));
    }

    private void fail(Throwable cause) {
      if (!over) {
        finish();
        promise.fail(cause);
      }
    }

    private void finish() {
      over = true;
      vertx.cancelTimer(timer);
    }
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}

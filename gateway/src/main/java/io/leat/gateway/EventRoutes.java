package io.leat.gateway;

import io.leat.event.ErrorCode;
import io.leat.event.EventIds;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.gateway.format.RecordSource;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.format.RequestFormat;
import io.leat.gateway.publishing.Publisher;
import io.leat.http.AnswerTimer;
import io.leat.http.Bodies;
import io.leat.http.Guard;
import io.leat.http.MalformedEncodingException;
import io.leat.http.Principal;
import io.leat.http.ProblemDocument;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/events/{blueprint}.{stream}}. The event loop reads the body and writes the
 * answer; workers parse and validate; the {@link Publisher} talks to Kafka.
 */
public final class EventRoutes implements Routes, AutoCloseable {
  /** The counter of events that the log has acknowledged, by the tag {@code stream}. */
  public static final String ACCEPTED = "leat.events.accepted";

  private static final Logger LOG = LoggerFactory.getLogger(EventRoutes.class);
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int MAX_IDEMPOTENCY_KEY = 256;

  /** Space does not come back at once: a processor has to work first, or a person. */
  private static final String RETRY_FULL_SECONDS = "5";

  private final StreamRegistry streams;
  private final Admission admission;
  private final Bodies bodies;
  private final GatewaySettings settings;
  private final InstantSource clock;
  private final Submission.Collaborators collaborators;
  private final Answers answers;
  private final IngestMetrics metrics;
  private final OutcomeCounts outcomes = new OutcomeCounts();
  private final ThreadPoolExecutor workers;
  private final AtomicLong workingBytes = new AtomicLong();

  /**
   * @param streams what is served
   * @param admission whether anything is accepted at all
   * @param publisher the way to the log; not closed by this object
   * @param threads names the workers' threads
   */
  public EventRoutes(
      StreamRegistry streams,
      Admission admission,
      Publisher publisher,
      Bodies bodies,
      GatewaySettings settings,
      MeterRegistry registry,
      InstantSource clock,
      EventIds ids,
      ThreadFactory threads) {
    this.streams = streams;
    this.admission = admission;
    this.bodies = bodies;
    this.settings = settings;
    this.clock = clock;
    Rejections rejections = new Rejections(settings.rejections(), registry, clock);
    this.collaborators =
        new Submission.Collaborators(
            new RecordSource(settings.record(), settings.maxRecords()),
            new EventPreparation(ids, settings.maxRecordBytes(), settings.maxErrors()),
            rejections,
            publisher);
    this.metrics = new IngestMetrics(registry);
    this.answers = new Answers(metrics, outcomes, rejections);
    this.workers =
        new ThreadPoolExecutor(
            settings.workers(),
            settings.workers(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.maxWaitingRequests()),
            threads);
    Gauge.builder(
            "leat.gateway.waiting.fill",
            workers,
            w -> w.getQueue().size() / (double) settings.maxWaitingRequests())
        .description("Requests that wait for a worker, as a share of the bound, 0 to 1")
        .register(registry);
    Gauge.builder(
            "leat.gateway.working.fill",
            workingBytes,
            b -> b.get() / (double) settings.maxWorkingBytes())
        .description("Bytes of bodies that are not answered, as a share of the bound, 0 to 1")
        .register(registry);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router.post("/v1/events/:stream").handler(guard.requires(Role.SEND)).handler(this::receive);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/gateway.json");
  }

  /** What clients were told of their records. */
  public OutcomeCounts outcomes() {
    return outcomes;
  }

  private void receive(RoutingContext ctx) {
    String name = ctx.pathParam("stream");
    Principal principal = Guard.principal(ctx);
    if (!principal.maySend(name)) {
      throw new LeatException(
          ErrorCode.FORBIDDEN, "The credential does not allow to send to this stream");
    }
    ServedStream stream = streams.find(name);
    if (stream == null) {
      throw new LeatException(ErrorCode.UNKNOWN_STREAM, unknown(name));
    }
    Refusal full = admission.refusal();
    if (full != null) {
      metrics.rejected(stream.name(), full.code(), 1);
      ctx.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_FULL_SECONDS);
      ProblemDocument.send(ctx, full.code(), full.reason());
      return;
    }
    MultiMap headers = ctx.request().headers();
    String contentType = headers.get(HttpHeaders.CONTENT_TYPE);
    RequestFormat format;
    try {
      format = RequestFormat.of(contentType, headers);
    } catch (LeatException e) {
      metrics.rejected(stream.name(), e.code(), 1);
      throw e;
    }
    bodies
        .read(ctx, settings.body())
        .onSuccess(
            body ->
                submit(
                    ctx,
                    ingest(ctx, stream, principal, format),
                    format,
                    body,
                    badIdempotencyKey(headers)))
        .onFailure(
            failure -> {
              if (failure instanceof LeatException e && Rejections.kept(e.code())) {
                byte[] body =
                    e instanceof MalformedEncodingException m ? m.received() : new byte[0];
                Refusal refusal = Refusal.of(e.code(), String.valueOf(e.getMessage()));
                submit(ctx, ingest(ctx, stream, principal, format), format, body, refusal);
                return;
              }
              if (failure instanceof LeatException e) {
                metrics.rejected(stream.name(), e.code(), 1);
              }
              ctx.fail(failure);
            });
  }

  private static String unknown(String name) {
    int dot = name.indexOf('.');
    boolean named =
        dot > 0 && Names.isName(name.substring(0, dot)) && Names.isName(name.substring(dot + 1));
    return named
        ? "There is no stream '" + name + "'"
        : "A stream is addressed as <blueprint>.<stream>, such as devices.telemetry";
  }

  private static @Nullable Refusal badIdempotencyKey(MultiMap headers) {
    String key = headers.get(IDEMPOTENCY_KEY);
    return key != null && (key.isBlank() || key.length() > MAX_IDEMPOTENCY_KEY)
        ? Refusal.of(
            ErrorCode.BAD_REQUEST,
            "The Idempotency-Key must have 1 to " + MAX_IDEMPOTENCY_KEY + " characters")
        : null;
  }

  private Ingest ingest(
      RoutingContext ctx, ServedStream stream, Principal principal, RequestFormat format) {
    MultiMap headers = ctx.request().headers();
    Instant now = clock.instant();
    return new Ingest(
        stream,
        principal,
        Guard.requestId(ctx),
        now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000,
        headers.get(IDEMPOTENCY_KEY),
        format == RequestFormat.BINARY ? headers.get(HttpHeaders.CONTENT_TYPE) : null);
  }

  private void submit(
      RoutingContext ctx,
      Ingest ingest,
      RequestFormat format,
      byte[] body,
      @Nullable Refusal early) {
    Vertx vertx = ctx.vertx();
    Context context = vertx.getOrCreateContext();
    long left = Math.max(1, settings.answerWithin().minus(AnswerTimer.takeOver(ctx)).toMillis());
    long held = body.length;
    if (!takes(held)) {
      overloaded(ctx, ingest);
      return;
    }
    long[] timer = new long[1];
    Submission[] own = new Submission[1];
    Submission submission =
        new Submission(
            ingest,
            format,
            body,
            early,
            ctx.request().headers(),
            collaborators,
            () ->
                context.runOnContext(
                    v -> {
                      workingBytes.addAndGet(-held);
                      vertx.cancelTimer(timer[0]);
                      answers.send(ctx, own[0]);
                    }));
    own[0] = submission;
    timer[0] = vertx.setTimer(left, t -> submission.expire());
    try {
      workers.execute(() -> work(submission));
    } catch (RejectedExecutionException e) {
      vertx.cancelTimer(timer[0]);
      workingBytes.addAndGet(-held);
      overloaded(ctx, ingest);
    }
  }

  /** Counts bytes as worked on, unless they are beyond the bound. */
  private boolean takes(long bytes) {
    long before = workingBytes.get();
    while (before + bytes <= settings.maxWorkingBytes()) {
      if (workingBytes.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = workingBytes.get();
    }
    return false;
  }

  /** Whatever happens, the request gets its answer. */
  private static void work(Submission submission) {
    try {
      submission.run();
    } catch (RuntimeException | StackOverflowError e) {
      LOG.error("A request could not be worked on: request={}", submission.ingest().requestId(), e);
      submission.defect();
    }
  }

  private void overloaded(RoutingContext ctx, Ingest ingest) {
    metrics.rejected(ingest.stream().name(), ErrorCode.OVERLOADED, 1);
    ctx.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
    ProblemDocument.send(ctx, ErrorCode.OVERLOADED, "Too many requests are waiting");
  }

  /** Ends the workers once they have done what waits. */
  @Override
  public void close() {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(settings.answerWithin().toMillis(), TimeUnit.MILLISECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

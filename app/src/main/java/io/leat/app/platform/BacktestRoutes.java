package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.incident.AlertLookup;
import io.leat.action.incident.IncidentForecast;
import io.leat.app.backtest.BacktestLimits;
import io.leat.app.backtest.BacktestOutcome;
import io.leat.app.backtest.BacktestPlan;
import io.leat.app.backtest.BacktestRun;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.AnswerTimer;
import io.leat.http.Bodies;
import io.leat.http.BodyLimits;
import io.leat.http.Guard;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.Routes;
import io.leat.lake.SnapshotLeases;
import io.leat.lake.maintenance.CoreShare;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Catalog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/detectors/{detector}/backtest}: lines of JSON, how far it is, and at the end what
 * would have been, or why that is not known. One at a time; it ends with its client.
 */
final class BacktestRoutes implements Routes, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BacktestRoutes.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long TELL_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final BodyLimits BODY = new BodyLimits(8 << 20, 16 << 20, Duration.ofSeconds(30));

  /** Of one core: whatever else Leat does goes on. */
  private static final double CORE_SHARE = 0.75;

  private final Backtesting backtesting;
  private final Catalog catalog;
  private final SnapshotLeases leases;
  private final AlertLookup alerts;
  private final Path scratch;
  private final Bodies bodies;
  private final WorkerExecutor workers;
  private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

  /**
   * @param scratch a folder for temporary files, which is emptied
   */
  BacktestRoutes(
      Vertx vertx,
      Bodies bodies,
      Backtesting backtesting,
      Catalog catalog,
      SnapshotLeases leases,
      AlertLookup alerts,
      Path scratch) {
    this.backtesting = backtesting;
    this.catalog = catalog;
    this.leases = leases;
    this.alerts = alerts;
    this.scratch = scratch;
    this.bodies = bodies;
    this.workers = vertx.createSharedWorkerExecutor("leat-backtest-requests", 1);
    empty(scratch);
  }

  @Override
  public void mount(Router router, Guard guard) {
    router
        .post("/v1/detectors/:detector/backtest")
        .handler(guard.requires(Role.READ))
        .handler(this::backtest);
  }

  @Override
  public Optional<String> openApi() {
    return Optional.of("openapi/backtest.json");
  }

  private void backtest(RoutingContext ctx) {
    AnswerTimer.waitsFor(ctx, ErrorCode.LAKE_UNAVAILABLE);
    String detector = ctx.pathParam("detector");
    Principal principal = Guard.principal(ctx);
    bodies
        .read(ctx, BODY)
        .onFailure(ctx::fail)
        .onSuccess(
            body ->
                workers
                    .executeBlocking(() -> begin(detector, body, principal, ctx.response()), false)
                    .onFailure(ctx::fail));
  }

  /** On one thread, so one after the other: there is only one that runs. */
  private Running begin(String name, byte[] body, Principal principal, HttpServerResponse response)
      throws IOException {
    if (running.get() != null) {
      throw new LeatException(
          ErrorCode.OVERLOADED, "A backtest is under way already; ask again when it is done");
    }
    empty(scratch);
    Path draft = Files.createDirectories(scratch.resolve("draft"));
    BacktestPlan plan = backtesting.plan(name, body, principal, draft);
    boolean mayReadAll = principal.mayRead(plan.blueprint() + ".*");
    Running next = new Running(plan, mayReadAll, response);
    running.set(next);
    next.start();
    return next;
  }

  private static void empty(Path folder) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
          if (!one.equals(folder)) {
            Files.deleteIfExists(one);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot empty " + folder, e);
    }
  }

  /** One that is under way. */
  private final class Running {
    private final BacktestPlan plan;
    private final boolean mayReadAll;
    private final HttpServerResponse response;
    private final Thread thread = new Thread(this::run, "leat-backtest");
    private volatile boolean isCancelled;
    private long toldAt = System.nanoTime();

    Running(BacktestPlan plan, boolean mayReadAll, HttpServerResponse response) {
      this.plan = plan;
      this.mayReadAll = mayReadAll;
      this.response = response;
      thread.setDaemon(true);
    }

    void start() {
      response.putHeader("Content-Type", "application/x-ndjson").setChunked(true);
      response.closeHandler(gone -> cancel());
      response.exceptionHandler(failed -> cancel());
      thread.start();
    }

    void cancel() {
      isCancelled = true;
    }

    void join() {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void run() {
      try {
        write(progress(new BacktestRun.Reached(plan.from(), 0, 0, 0)));
        BacktestRun run =
            new BacktestRun(
                plan,
                catalog,
                leases,
                scratch.resolve("ids"),
                new CoreShare(CORE_SHARE, () -> isCancelled),
                BacktestLimits.DEFAULT,
                this::tell);
        ObjectNode result = result(run.run());
        running.set(null);
        write(JSON.createObjectNode().set("result", result));
      } catch (CancellationException e) {
        log.info("The backtest of {} was given up", plan.detector().name());
      } catch (LeatException e) {
        problem(e.code(), String.valueOf(e.getMessage()));
      } catch (IOException | UncheckedIOException e) {
        log.warn("The backtest of {} cannot read", plan.detector().name(), e);
        problem(ErrorCode.LAKE_UNAVAILABLE, "The raw tables cannot be read: " + e.getMessage());
      } catch (RuntimeException e) {
        log.error("The backtest of {} failed", plan.detector().name(), e);
        problem(ErrorCode.INTERNAL, "Leat failed; its log says how");
      } finally {
        running.set(null);
        if (!response.ended() && !response.closed()) {
          response.end();
        }
      }
    }

    private void tell(BacktestRun.Reached reached) {
      if (System.nanoTime() - toldAt >= TELL_EVERY_NANOS) {
        toldAt = System.nanoTime();
        write(progress(reached));
      }
    }

    private void problem(ErrorCode code, String detail) {
      running.set(null);
      ObjectNode line = JSON.createObjectNode();
      line.putObject("problem").put("code", code.code()).put("detail", detail);
      write(line);
    }

    private void write(ObjectNode line) {
      if (!isCancelled) {
        response.write(Buffer.buffer(line + "\n"));
      }
    }

    private static ObjectNode progress(BacktestRun.Reached reached) {
      ObjectNode line = JSON.createObjectNode();
      line.putObject("progress")
          .put("at", reached.at().toString())
          .put("percent", reached.percent())
          .put("events", reached.events())
          .put("alerts", reached.alerts());
      return line;
    }

    private ObjectNode result(BacktestOutcome outcome) {
      ObjectNode json = JSON.createObjectNode();
      String name = plan.detector().name();
      json.put("detector", plan.blueprint() + "." + name);
      json.put("from", plan.from().toString());
      json.put("to", plan.to().toString());
      json.put("rows", outcome.rows());
      json.put("events", outcome.events());
      json.put("unclean", outcome.unclean());
      json.put("duplicates", outcome.duplicates());
      json.put("unordered", outcome.unordered());
      json.put("late", outcome.late());
      json.put("keys", outcome.keys());
      json.put("alerts", outcome.alerts());
      json.put("opened", outcome.opened());
      double days = Duration.between(plan.from(), plan.to()).toMillis() / 86_400_000.0;
      json.put("opened_per_day", Math.round(100 * outcome.opened() / days) / 100.0);
      json.put("absent_seconds", outcome.absent().toSeconds());
      if (mayReadAll) {
        AlertLookup.Opened really = alerts.opened(plan.blueprint(), name, plan.from(), plan.to());
        json.putObject("really").put("opened", really.incidents()).put("alerts", really.alerts());
      } else {
        json.putNull("really"); // incidents may be about streams that the client does not read
      }
      ArrayNode incidents = json.putArray("incidents");
      outcome.incidents().forEach(one -> incidents.add(incident(one)));
      return json;
    }

    private static ObjectNode incident(IncidentForecast.Foreseen one) {
      ObjectNode json = JSON.createObjectNode();
      json.put("group", one.group());
      json.put("severity", one.severity().name().toLowerCase(Locale.ROOT));
      json.put("summary", one.summary());
      json.put("opened_at", one.openedAt().toString());
      json.put("resolved_at", one.resolvedAt() == null ? null : one.resolvedAt().toString());
      json.put("alerts", one.alerts());
      json.put("reopened", one.reopened());
      return json;
    }
  }

  @Override
  public void close() {
    Running last = running.get();
    if (last != null) {
      last.cancel();
      last.join();
    }
    workers.close();
  }
}

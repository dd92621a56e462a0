package io.leat.action.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.twin.TwinApi.Answer;
import io.leat.action.twin.TwinApi.Call;
import io.leat.action.twin.TwinTables.RuleException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server that answers as an instance of ServiceNow does: the Table API of {@code incident},
 * {@code em_event} and {@code em_alert}, and Event Management's {@code /api/global/em/jsonv2}. What
 * it holds is gone with it; a person sees it under {@code /}, a program under {@code /twin/tickets}
 * and {@code /twin/statistics}. Thread-safe.
 */
public final class ServiceNowTwin implements AutoCloseable {
  private static final int SHOWN = 500;
  private static final long SECONDS = 10;
  private static final int ENDLESS_PART = 64 << 10;

  private final Vertx vertx;
  private final TwinSettings settings;
  private final TwinTables tables;
  private final TwinApi api;
  private final HttpServer server;

  private final Object lock = new Object();
  private final RequestRate rate;
  private final Random random;
  private final Queue<TwinFault> forced = new ArrayDeque<>();

  /**
   * Starts to listen.
   *
   * @throws IOException if the port is taken
   */
  public ServiceNowTwin(Vertx vertx, TwinSettings settings, InstantSource clock)
      throws IOException, InterruptedException {
    this.vertx = vertx;
    this.settings = settings;
    this.tables = new TwinTables(clock, settings.mostRecords());
    this.api = new TwinApi(tables);
    this.rate = new RequestRate(settings.requestsPerSecond());
    this.random = new Random(settings.seed());
    this.server = vertx.createHttpServer().requestHandler(this::handle);
    try {
      server
          .listen(settings.port(), settings.host())
          .toCompletionStage()
          .toCompletableFuture()
          .get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          "the twin cannot listen on "
              + settings.host()
              + ":"
              + settings.port()
              + ": name a port that is free",
          e);
    }
  }

  /** Where it is: what a target's {@code url} says. */
  public URI uri() {
    return URI.create("http://" + settings.host() + ":" + server.actualPort());
  }

  /** These go wrong with the next requests that write, one each, before anything does by chance. */
  public void next(TwinFault... faults) {
    synchronized (lock) {
      forced.addAll(List.of(faults));
    }
  }

  /** All incidents, oldest first: field values by name. */
  public List<Map<String, String>> incidents() {
    return tables.find(TwinTables.INCIDENT, "", Integer.MAX_VALUE, 0);
  }

  /** All alerts of Event Management, oldest first. */
  public List<Map<String, String>> alerts() {
    return tables.find(TwinTables.ALERT, "", Integer.MAX_VALUE, 0);
  }

  public TwinStatistics statistics() {
    synchronized (lock) {
      return rate.statistics();
    }
  }

  /**
   * A person changes a ticket.
   *
   * @throws IllegalArgumentException if there is none of this number, or a rule forbids it
   */
  public void edit(String number, Map<String, String> fields, String user) {
    try {
      tables.update(TwinTables.INCIDENT, sysId(number), fields, user);
    } catch (RuleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * A ticket comes into being that nobody was told of.
   *
   * @throws IllegalArgumentException if a rule forbids it
   */
  public void insert(Map<String, String> fields, String user) {
    try {
      tables.insert(TwinTables.INCIDENT, fields, user);
    } catch (RuleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * A person deletes a ticket.
   *
   * @throws IllegalArgumentException if there is none of this number
   */
  public void delete(String number) {
    tables.delete(TwinTables.INCIDENT, sysId(number));
  }

  private String sysId(String number) {
    return tables.find(TwinTables.INCIDENT, "number=" + number, 1, 0).stream()
        .findFirst()
        .map(row -> row.getOrDefault("sys_id", ""))
        .orElseThrow(() -> new IllegalArgumentException("no ticket " + number));
  }

  private void handle(HttpServerRequest request) {
    if (request.path().startsWith("/api/")) {
      boolean within;
      Optional<TwinFault> fault;
      synchronized (lock) {
        within = rate.came(System.nanoTime());
        TwinFault next = request.method().equals(HttpMethod.GET) ? null : forced.poll();
        fault = next != null ? Optional.of(next) : settings.faults().draw(random);
      }
      request
          .body()
          .onSuccess(
              body ->
                  answer(
                      new Call(request, body), within ? fault : Optional.of(TwinFault.THROTTLE)));
      return;
    }
    List<Map<String, String>> incidents = newest(TwinTables.INCIDENT);
    List<Map<String, String>> alerts = newest(TwinTables.ALERT);
    switch (request.path()) {
      case "/" ->
          request
              .response()
              .putHeader("Content-Type", "text/html; charset=utf-8")
              .end(TwinPages.html(statistics(), incidents, alerts));
      case "/twin/tickets" -> json(request, TwinPages.json(incidents(), alerts()));
      case "/twin/statistics" -> json(request, TwinPages.json(statistics()));
      default -> request.response().setStatusCode(404).end();
    }
  }

  private List<Map<String, String>> newest(String table) {
    return tables.find(table, "ORDERBYDESCsys_updated_on", SHOWN, 0);
  }

  private static void json(HttpServerRequest request, ObjectNode json) {
    request.response().putHeader("Content-Type", "application/json").end(json.toString());
  }

  private void answer(Call call, Optional<TwinFault> fault) {
    Optional<String> user = user(call.request());
    if (user.isEmpty()) {
      answer(
          call,
          TwinApi.error(401, "User Not Authenticated", "Required to provide Auth information"));
      return;
    }
    if (fault.isEmpty()) {
      answer(call, api.act(call, user.get()));
      return;
    }
    switch (fault.get()) {
      case FAIL -> answer(call, TwinApi.error(500, "Operation Failed", "Transaction cancelled"));
      case FAIL_BEHIND -> {
        api.act(call, user.get());
        answer(call, TwinApi.error(500, "Operation Failed", "A business rule failed"));
      }
      case TIME_OUT -> {
        long behind = settings.faults().commitBehind().toMillis();
        if (behind > 0) {
          vertx.setTimer(behind, timer -> api.act(call, user.get()));
        } else {
          api.act(call, user.get());
        }
        hang(call);
      }
      case SILENCE -> hang(call);
      case HIBERNATE -> hibernate(call);
      case THROTTLE -> {
        call.request().response().putHeader("Retry-After", "1");
        answer(call, TwinApi.error(429, "Rate limit exceeded", "Too many requests"));
      }
      case DENY -> answer(call, TwinApi.error(403, "Operation Failed", "ACL Exception"));
      case SLOW -> {
        Answer late = api.act(call, user.get());
        vertx.setTimer(
            Math.max(1, settings.faults().slowness().toMillis()), timer -> answer(call, late));
      }
      case ENDLESS -> endless(call, api.act(call, user.get()).status(), ENDLESS_PART);
      case DRIP -> endless(call, api.act(call, user.get()).status(), 1);
    }
  }

  private void answer(Call call, Answer answer) {
    synchronized (lock) {
      rate.answered(answer.status());
    }
    HttpServerResponse response = call.request().response();
    if (!response.closed()) {
      response
          .setStatusCode(answer.status())
          .putHeader("Content-Type", "application/json;charset=UTF-8")
          .end(answer.body().toString());
    }
  }

  private void hang(Call call) {
    vertx.setTimer(
        Math.max(1, settings.faults().silence().toMillis()),
        timer -> call.request().connection().close());
  }

  private void hibernate(Call call) {
    synchronized (lock) {
      rate.answered(200);
    }
    call.request()
        .response()
        .putHeader("Content-Type", "text/html;charset=UTF-8")
        .end("<html><body>Your instance is hibernating</body></html>");
  }

  private void endless(Call call, int status, int bytes) {
    HttpServerResponse response = call.request().response().setStatusCode(status).setChunked(true);
    Buffer part = Buffer.buffer(" ".repeat(bytes));
    vertx.setPeriodic(
        10,
        timer -> {
          if (response.closed()) {
            vertx.cancelTimer(timer);
          } else if (!response.writeQueueFull()) {
            response.write(part);
          }
        });
  }

  private Optional<String> user(HttpServerRequest request) {
    String header = request.getHeader("Authorization");
    if (header == null || !header.startsWith("Basic ")) {
      return Optional.empty();
    }
    String pair;
    try {
      pair =
          new String(
              Base64.getDecoder().decode(header.substring("Basic ".length())),
              StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int colon = pair.indexOf(':');
    String password = colon < 0 ? null : settings.users().get(pair.substring(0, colon));
    boolean right =
        password != null
            && MessageDigest.isEqual(
                password.getBytes(StandardCharsets.UTF_8),
                pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
    return right ? Optional.of(pair.substring(0, colon)) : Optional.empty();
  }

  @Override
  public void close() {
    try {
      server.close().toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the twin did not close", e);
    }
  }
}

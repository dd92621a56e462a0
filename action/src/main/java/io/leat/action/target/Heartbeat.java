package io.leat.action.target;

import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.HttpCall;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.SecretText;
import io.leat.action.outbound.Secrets;
import io.leat.action.outbound.UnusableSettingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an outside monitor at each interval that Leat is alive (a dead man's switch): whoever hears
 * nothing for longer raises the alarm that Leat no longer can. Tells nothing while something is
 * wrong. Thread-safe.
 */
public final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final SafeHttp http;
  private final Secrets secrets;
  private final HeartbeatSettings settings;
  private final Supplier<Optional<String>> trouble;
  private final InstantSource clock;
  private final ScheduledExecutorService thread;
  private final ScheduledFuture<?> beats;
  private volatile State state = new State(null, "nothing was told yet");

  /**
   * Where the monitor is.
   *
   * @param url may refer to secrets, as the URLs of monitors do
   * @param method {@code GET} or {@code POST}
   * @param interval from one telling to the next
   * @param timeout of one
   * @param allowPrivate whether the monitor may be inside, and without TLS
   */
  public record HeartbeatSettings(
      String url, String method, Duration interval, Duration timeout, boolean allowPrivate) {
    public HeartbeatSettings {
      if (!method.equals("GET") && !method.equals("POST")) {
        throw new IllegalArgumentException("the method is GET or POST, not " + method);
      }
    }
  }

  /**
   * How it went.
   *
   * @param heardAt when the monitor answered with 2xx last; null while it has not
   * @param problem why the last telling failed or was left out; empty when it went well
   */
  public record State(@Nullable Instant heardAt, String problem) {}

  /**
   * Begins with the first interval.
   *
   * @param trouble what is wrong, if anything is
   */
  public Heartbeat(
      SafeHttp http,
      Secrets secrets,
      HeartbeatSettings settings,
      Supplier<Optional<String>> trouble,
      InstantSource clock,
      ThreadFactory threads) {
    this.http = http;
    this.secrets = secrets;
    this.settings = settings;
    this.trouble = trouble;
    this.clock = clock;
    this.thread = Executors.newSingleThreadScheduledExecutor(threads);
    long millis = settings.interval().toMillis();
    this.beats = thread.scheduleAtFixedRate(this::beat, millis, millis, TimeUnit.MILLISECONDS);
  }

  public State state() {
    return state;
  }

  private void beat() {
    String problem;
    try {
      problem = trouble.get().orElseGet(this::tell);
    } catch (RuntimeException e) {
      // Otherwise the timer would never come again.
      problem = "it could not be told: " + e.getClass().getSimpleName();
    }
    State before = state;
    state = new State(problem.isEmpty() ? clock.instant() : before.heardAt(), problem);
    if (!problem.isEmpty() && !problem.equals(before.problem())) {
      LOG.warn("The monitor was not told that Leat is alive: {}", problem);
    }
  }

  private String tell() {
    try {
      HttpAnswer answer =
          http.exchange(
              new HttpCall(
                  settings.method(),
                  HttpCall.destination(
                      SecretText.resolve(settings.url(), secrets), settings.allowPrivate()),
                  Map.of(),
                  new byte[0],
                  settings.timeout(),
                  settings.allowPrivate()));
      if (answer instanceof HttpAnswer.Response response) {
        return response.status() / 100 == 2 ? "" : "the monitor answered " + response.status();
      }
      return answer instanceof HttpAnswer.NotSent notSent
          ? notSent.reason()
          : ((HttpAnswer.NoAnswer) answer).reason();
    } catch (UnusableSettingException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "Leat stops";
    }
  }

  @Override
  public void close() {
    beats.cancel(true);
    thread.shutdownNow();
  }
}

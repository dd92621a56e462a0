package io.leat.action.target;

import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.HttpCall;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.TargetOutcome.Blocked;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What targets that speak HTTP have in common: budget, bounds, and what an answer means. */
abstract class HttpTarget implements Target {
  private static final Duration MOST_RETRY_AFTER = Duration.ofDays(1);
  private static final int REQUEST_TIMEOUT = 408;
  private static final int CONFLICT = 409;
  private static final int TOO_EARLY = 425;
  private static final int TOO_MANY = 429;

  final TargetSettings settings;
  final InstantSource clock;
  private final SafeHttp http;

  HttpTarget(SafeHttp http, TargetSettings settings, InstantSource clock) {
    this.http = http;
    this.settings = settings;
    this.clock = clock;
  }

  /** As {@link #deliver}; may throw {@link UnusableSettingException}. */
  abstract TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException;

  /** As {@link #test}; may throw {@link UnusableSettingException}. */
  abstract TargetOutcome probe(HttpBudget budget) throws InterruptedException;

  @Override
  public final TargetOutcome deliver(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    try {
      return tell(request, memory, budget);
    } catch (UnusableSettingException e) {
      return new Blocked(e.getMessage());
    }
  }

  @Override
  public final TargetOutcome test(HttpBudget budget) throws InterruptedException {
    try {
      return probe(budget);
    } catch (UnusableSettingException e) {
      return new Blocked(e.getMessage());
    }
  }

  /** The URL of an option. */
  final URI url(String option) {
    return HttpCall.destination(settings.text(option), settings.allowPrivate());
  }

  /** One request, within the budget. */
  final HttpAnswer ask(
      HttpBudget budget, String method, URI uri, Map<String, String> headers, byte[] body)
      throws InterruptedException {
    HttpCall call =
        new HttpCall(method, uri, headers, body, settings.timeout(), settings.allowPrivate());
    HttpBudget.Departure departure = budget.depart();
    try {
      return http.exchange(call, departure::left);
    } finally {
      departure.isOver();
    }
  }

  /**
   * What an answer means that is not what was wanted.
   *
   * @param remedy what to do when the place does not let Leat in
   */
  final TargetOutcome failed(HttpAnswer answer, String remedy) {
    if (answer instanceof HttpAnswer.NotSent notSent) {
      return notSent.forbidden()
          ? new Refused(notSent.reason())
          : new Retry(notSent.reason(), null);
    }
    if (answer instanceof HttpAnswer.NoAnswer none) {
      return new Unknown(none.reason());
    }
    HttpAnswer.Response response = (HttpAnswer.Response) answer;
    int status = response.status();
    if (status == REQUEST_TIMEOUT
        || status == CONFLICT
        || status == TOO_EARLY
        || status == TOO_MANY
        || status >= 500) {
      return new Retry(kind() + " answered " + status, retryAfter(response));
    }
    if (status == 401 || status == 403) {
      return new Blocked(kind() + " answered " + status + ": " + remedy);
    }
    if (status >= 300 && status < 400) {
      return new Refused(
          kind() + " answered " + status + ", a redirect: name the address that it leads to");
    }
    if (status == 404 || status == 410) {
      return new Refused(kind() + " answered " + status + ": check the address in 'url'");
    }
    return new Refused(
        kind() + " answered " + status + ": it does not understand the request; check the options");
  }

  private @Nullable Duration retryAfter(HttpAnswer.Response response) {
    String value = response.header("retry-after").map(String::strip).orElse("");
    Duration after;
    try {
      after =
          value.matches("[0-9]{1,9}")
              ? Duration.ofSeconds(Long.parseLong(value))
              : Duration.between(
                  clock.instant(),
                  ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return null;
    }
    if (after.isNegative()) {
      return Duration.ZERO;
    }
    return after.compareTo(MOST_RETRY_AFTER) > 0 ? MOST_RETRY_AFTER : after;
  }
}

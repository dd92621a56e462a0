package io.leat.action.target;

import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.ServiceNowTable.Reply;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One ticket in ServiceNow for each incident, by the Table API. The ticket is found by its {@code
 * correlation_id}, {@code leat-} and the incident's id, before one is made; each writing leaves a
 * mark ({@link ServiceNowTable.Mark}). When a ticket may have been made behind a lost answer, the
 * next delivery looks once more and resolves what turned up twice.
 */
final class ServiceNowIncidents extends HttpTarget {

  private static final String PREFIX = "leat-";
  private static final int MOST_ID = 100;
  private static final Pattern SAFE_ID = Pattern.compile("[A-Za-z0-9_.-]+");

  private static final Pattern TABLE = Pattern.compile("[a-z0-9_]{1,80}");

  ServiceNowIncidents(SafeHttp http, TargetSettings settings, InstantSource clock) {
    super(http, settings, clock);
  }

  @Override
  public String kind() {
    return "servicenow";
  }

  @Override
  public boolean coalesces() {
    return true;
  }

  @Override
  TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    String correlation = PREFIX + request.incident().id();
    if (correlation.length() > MOST_ID || !SAFE_ID.matcher(correlation).matches()) {
      return new Refused(
          "the incident's id cannot be a correlation id: it must have 1 to "
              + (MOST_ID - PREFIX.length())
              + " letters, digits, and ._-");
    }
    return new ServiceNowTicket(
            table(budget), settings, ServiceNowAuth.root(url("url")), request, memory, correlation)
        .run();
  }

  private ServiceNowTable table(HttpBudget budget) {
    URI url = url("url");
    String name = settings.text("table");
    if (!TABLE.matcher(name).matches()) {
      throw new UnusableSettingException(
          "'table' is not the name of a table: lower-case letters and digits and _");
    }
    return new ServiceNowTable(
        this,
        URI.create(ServiceNowAuth.root(url) + "/api/now/table/" + name),
        ServiceNowAuth.headers(settings.text("auth")),
        budget);
  }

  @Override
  TargetOutcome probe(HttpBudget budget) throws InterruptedException {
    Reply reply = table(budget).find("correlation_idSTARTSWITH" + PREFIX, 1);
    return reply instanceof Reply.Failed failed ? failed.outcome() : new Delivered("", "");
  }

  /** Tickets whose state is not the one that Leat wrote last. */
  @Override
  public Optional<List<ExternalChange>> poll(TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    try {
      return Optional.of(
          new ServiceNowChanges(table(budget), PREFIX, memory, clock.instant()).read());
    } catch (UnusableSettingException e) {
      throw new TargetRefusesException(String.valueOf(e.getMessage()));
    }
  }
}

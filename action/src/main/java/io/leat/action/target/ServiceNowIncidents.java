package io.leat.action.target;

import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.ServiceNowTable.Reply;
import io.leat.action.target.ServiceNowTable.Ticket;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ticket in ServiceNow for each incident, by the Table API. The ticket is found by its {@code
 * correlation_id}, {@code leat-} and the incident's id, before one is made; each writing leaves a
 * mark ({@link ServiceNowTable.Mark}). When a ticket may have been made behind a lost answer, the
 * next delivery looks once more and resolves what turned up twice.
 */
final class ServiceNowIncidents extends HttpTarget {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNowIncidents.class);

  private static final String PREFIX = "leat-";
  private static final int MOST_ID = 100;
  private static final Pattern SAFE_ID = Pattern.compile("[A-Za-z0-9_.-]+");

  private static final Pattern TABLE = Pattern.compile("[a-z0-9_]{1,80}");
  private static final String CURSOR = "cursor";

  private static final int PAGE = 100;
  private static final int MOST_PAGES = 20;
  private static final Duration FIRST_LOOK_BACK = Duration.ofHours(1);

  /** A change may become visible a little behind its time. */
  private static final Duration OVERLAP = Duration.ofSeconds(30);

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

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
    Reply reply = table(budget).find("correlation_idSTARTSWITH" + PREFIX, 1, 0);
    return reply instanceof Reply.Failed failed ? failed.outcome() : new Delivered("", "");
  }

  /** Tickets whose state is not the one that Leat wrote last. */
  @Override
  public Optional<List<ExternalChange>> poll(TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    try {
      return Optional.of(changes(memory, budget));
    } catch (UnusableSettingException e) {
      LOG.warn("ServiceNow cannot be asked what changed there: {}", e.getMessage());
      return Optional.of(List.of());
    }
  }

  private List<ExternalChange> changes(TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    String from = memory.get(CURSOR).orElseGet(() -> time(now().minus(FIRST_LOOK_BACK)));
    String newest = from;
    ServiceNowTable table = table(budget);
    List<ExternalChange> changes = new ArrayList<>();
    for (int page = 0; page < MOST_PAGES; page++) {
      Reply reply =
          table.find(
              "correlation_idSTARTSWITH"
                  + PREFIX
                  + "^sys_updated_on>="
                  + time(LocalDateTime.parse(from, TIME).minus(OVERLAP))
                  + "^ORDERBYsys_updated_on",
              PAGE,
              page * PAGE);
      if (!(reply instanceof Reply.Tickets found)) {
        LOG.warn("ServiceNow did not tell what changed there: {}", reply);
        break;
      }
      for (Ticket ticket : found.tickets()) {
        change(ticket).ifPresent(changes::add);
        newest = ticket.updatedOn().compareTo(newest) > 0 ? ticket.updatedOn() : newest;
      }
      if (found.tickets().size() < PAGE) {
        break;
      }
    }
    if (!newest.equals(from) || memory.get(CURSOR).isEmpty()) {
      memory.put(CURSOR, newest);
    }
    return changes;
  }

  private static Optional<ExternalChange> change(Ticket ticket) {
    if (!ticket.correlationId().startsWith(PREFIX)
        || ticket.mark().filter(mark -> mark.state() == ticket.state()).isPresent()) {
      return Optional.empty();
    }
    TargetIncident.State state =
        switch (ticket.state()) {
          case ServiceNowTicket.NEW -> TargetIncident.State.OPEN;
          case ServiceNowTicket.RESOLVED, ServiceNowTicket.CANCELLED ->
              TargetIncident.State.RESOLVED;
          case ServiceNowTicket.CLOSED -> TargetIncident.State.CLOSED;
          default -> TargetIncident.State.ACKNOWLEDGED;
        };
    boolean over = state == TargetIncident.State.RESOLVED || state == TargetIncident.State.CLOSED;
    return Optional.of(
        new ExternalChange(
            ticket.correlationId().substring(PREFIX.length()),
            state,
            ticket.updatedBy(),
            over ? ticket.closeNotes() : "",
            LocalDateTime.parse(ticket.updatedOn(), TIME).toInstant(ZoneOffset.UTC)));
  }

  private LocalDateTime now() {
    return LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  private static String time(LocalDateTime time) {
    return TIME.format(time);
  }
}

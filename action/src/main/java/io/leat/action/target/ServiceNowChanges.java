package io.leat.action.target;

import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.ServiceNowTable.Reply;
import io.leat.action.target.ServiceNowTable.Ticket;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tickets that people changed, read in the order of their times and ids. A time is to the second,
 * many tickets may have the same, and others write between two pages: so a page begins behind the
 * last ticket of the one before, wherever that stands by now, and nothing is counted.
 *
 * <p>One look reads a bounded number of pages; the next goes on behind them, until it has come to
 * the newest ticket. That is a round. A change may become visible a little behind its time: what a
 * round saw that was new is read again by the next one, and once it is old it is not.
 */
final class ServiceNowChanges {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNowChanges.class);

  /** Behind what the next look begins. */
  private static final String CURSOR = "cursor";

  /** From when on the next round reads again; empty while the round saw nothing that is new. */
  private static final String AGAIN = "again";

  private static final int PAGE = 100;
  private static final int MOST_PAGES = 20;
  private static final Duration FIRST_LOOK_BACK = Duration.ofHours(1);

  /** A change becomes visible at most so long behind its time. */
  private static final Duration OVERLAP = Duration.ofSeconds(30);

  /** What is older is no longer new, even if the clock there is minutes behind Leat's. */
  private static final Duration NEW_FOR = Duration.ofMinutes(5);

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final int TIME_LENGTH = 19;

  private final ServiceNowTable table;
  private final String prefix;
  private final TargetMemory memory;
  private final LocalDateTime now;

  /**
   * For one look.
   *
   * @param prefix of the correlation ids of tickets that are Leat's
   * @param memory of the target as a whole: how far it has read
   * @param now by Leat's clock
   */
  ServiceNowChanges(ServiceNowTable table, String prefix, TargetMemory memory, Instant now) {
    this.table = table;
    this.prefix = prefix;
    this.memory = memory;
    this.now = LocalDateTime.ofInstant(now, ZoneOffset.UTC);
  }

  /**
   * Behind a ticket, in the order of times and then ids.
   *
   * @param id empty: before all tickets of this time
   */
  private record Place(LocalDateTime time, String id) {
    static Place parse(String text) {
      return new Place(
          LocalDateTime.parse(text.substring(0, TIME_LENGTH), TIME),
          text.substring(TIME_LENGTH).strip());
    }

    String text() {
      return (TIME.format(time) + " " + id).strip();
    }

    /** The condition on tickets that they are behind it; an OR belongs to what stands before it. */
    String condition() {
      String at = TIME.format(time);
      return "sys_updated_on>="
          + at
          + (id.isEmpty() ? "" : "^sys_updated_on>" + at + "^ORsys_id>" + id);
    }
  }

  /**
   * Tickets whose state is not the one that Leat wrote last; some of them were told before.
   *
   * @throws UnusableSettingException if Leat may not see when tickets were changed
   * @throws TargetRefusesException if Leat may not see tickets
   */
  List<ExternalChange> read() throws InterruptedException {
    Place begin =
        memory
            .get(CURSOR)
            .map(Place::parse)
            .orElseGet(() -> new Place(now.minus(FIRST_LOOK_BACK), ""));
    Place place = begin;
    boolean isOver = false;
    List<ExternalChange> changes = new ArrayList<>();
    for (int page = 0; page < MOST_PAGES && !isOver; page++) {
      Reply reply = table.find(query(place), PAGE);
      if (reply instanceof Reply.Failed failed
          && failed.outcome() instanceof TargetOutcome.Blocked blocked) {
        throw new TargetRefusesException(blocked.reason());
      }
      if (!(reply instanceof Reply.Tickets found)) {
        LOG.warn("ServiceNow did not tell what changed there: {}", reply);
        break;
      }
      List<Ticket> tickets = found.tickets();
      tickets.forEach(ticket -> change(ticket).ifPresent(changes::add));
      if (!tickets.isEmpty()) {
        Ticket last = tickets.get(tickets.size() - 1);
        place = new Place(updatedOn(last), last.sysId());
      }
      isOver = tickets.size() < PAGE;
    }
    keep(begin, place, isOver);
    return changes;
  }

  private String query(Place place) {
    return "correlation_idSTARTSWITH"
        + prefix
        + "^"
        + place.condition()
        + "^ORDERBYsys_updated_on^ORDERBYsys_id";
  }

  private void keep(Place begin, Place place, boolean isOver) {
    String again = memory.get(AGAIN).orElse("");
    if (again.isEmpty() && !place.equals(begin) && place.time().isAfter(now.minus(NEW_FOR))) {
      again = TIME.format(place.time());
    }
    if (isOver && !again.isEmpty()) {
      put(CURSOR, new Place(LocalDateTime.parse(again, TIME).minus(OVERLAP), "").text());
      put(AGAIN, "");
    } else {
      put(CURSOR, place.text());
      put(AGAIN, again);
    }
  }

  private void put(String name, String value) {
    if (!memory.get(name).orElse("").equals(value)) {
      memory.put(name, value);
    }
  }

  private Optional<ExternalChange> change(Ticket ticket) {
    if (!ticket.correlationId().startsWith(prefix)
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
            ticket.correlationId().substring(prefix.length()),
            state,
            ticket.updatedBy(),
            over ? ticket.closeNotes() : "",
            updatedOn(ticket).toInstant(ZoneOffset.UTC)));
  }

  private static LocalDateTime updatedOn(Ticket ticket) {
    try {
      return LocalDateTime.parse(ticket.updatedOn(), TIME);
    } catch (DateTimeException e) {
      throw new UnusableSettingException(
          "it does not say when ticket "
              + ticket.number()
              + " was changed; let the user of 'auth' read 'sys_updated_on'");
    }
  }
}

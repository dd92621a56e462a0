package io.leat.action.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.target.ServiceNowTable.Mark;
import io.leat.action.target.ServiceNowTable.Reply;
import io.leat.action.target.ServiceNowTable.Ticket;
import io.leat.action.target.TargetOutcome.Delivered;
import io.leat.action.target.TargetOutcome.Refused;
import io.leat.action.target.TargetOutcome.Unknown;
import io.leat.rules.alert.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to its ticket: to the one that is remembered, else to the one that is
 * found, else to a new one.
 */
final class ServiceNowTicket {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNowTicket.class);

  static final int NEW = 1;
  static final int IN_PROGRESS = 2;
  static final int ON_HOLD = 3;
  static final int RESOLVED = 6;
  static final int CLOSED = 7;
  static final int CANCELLED = 8;

  private static final String TICKET = "ticket";
  private static final String DOUBTFUL = "doubtful";

  /** Tickets of one correlation id that are looked at; there are two at most. */
  private static final int MOST_DOUBLES = 10;

  private static final int MOST_SHORT_DESCRIPTION = 160;
  private static final int MOST_DESCRIPTION = 4_000;

  private final ServiceNowTable table;
  private final TargetSettings settings;
  private final String root;
  private final TargetRequest request;
  private final TargetIncident incident;
  private final TargetMemory memory;
  private final String correlation;

  ServiceNowTicket(
      ServiceNowTable table,
      TargetSettings settings,
      String root,
      TargetRequest request,
      TargetMemory memory,
      String correlation) {
    this.table = table;
    this.settings = settings;
    this.root = root;
    this.request = request;
    this.incident = request.incident();
    this.memory = memory;
    this.correlation = correlation;
  }

  TargetOutcome run() throws InterruptedException {
    Optional<Known> known = Known.in(memory);
    if (known.isPresent() && !mustLook(known.get())) {
      Reply reply = update(known.get(), Optional.empty());
      if (!(reply instanceof Reply.Gone)) {
        return shown(reply, known.get());
      }
    }
    Reply looked = table.find("correlation_id=" + correlation + "^ORDERBYnumber", MOST_DOUBLES);
    if (looked instanceof Reply.Failed failed) {
      return failed.outcome();
    }
    // An instance that does not know a field answers with all rows.
    List<Ticket> found =
        ((Reply.Tickets) looked)
            .tickets().stream().filter(t -> t.correlationId().equals(correlation)).toList();
    if (found.isEmpty()) {
      return create();
    }
    return found(found);
  }

  /** Whether what is remembered is not enough to write over the ticket. */
  private boolean mustLook(Known known) {
    boolean fromOutside = !request.by().equals("leat");
    return request.unsettled()
        || memory.get(DOUBTFUL).filter("yes"::equals).isPresent()
        || (fromOutside && (wanted(NEW) != NEW || isGivenBack(known)));
  }

  private TargetOutcome found(List<Ticket> found) throws InterruptedException {
    Ticket ticket = found.get(0);
    for (Ticket twice : found.subList(1, found.size())) {
      LOG.warn(
          "ServiceNow has two tickets of one incident, because an answer was lost: {} stays, {}"
              + " is resolved",
          ticket.number(),
          twice.number());
      Reply resolved = table.update(twice.sysId(), asDouble(ticket));
      if (resolved instanceof Reply.Failed failed) {
        return failed.outcome();
      }
    }
    if (!request.unsettled() || found.size() > 1) {
      memory.put(DOUBTFUL, "no");
    }
    Known known = new Known(ticket.sysId(), ticket.number(), wantedLast(ticket));
    if (ticket.mark().filter(mark -> mark.version() == request.version()).isPresent()) {
      known.put(memory);
      return delivered(ticket);
    }
    Reply reply = update(known, Optional.of(ticket));
    if (reply instanceof Reply.Gone) {
      return new TargetOutcome.Retry("the ticket was deleted meanwhile", null);
    }
    return shown(reply, known);
  }

  private TargetOutcome create() throws InterruptedException {
    if (request.unsettled()) {
      memory.put(DOUBTFUL, "yes");
    }
    int wanted = wanted(NEW);
    ObjectNode fields = content(wanted);
    fields.put("correlation_id", correlation);
    fields.put("state", String.valueOf(wanted));
    for (Map.Entry<String, String> given :
        Map.of(
                "assignment_group", settings.text("assignment-group"),
                "caller_id", settings.text("caller"),
                "category", settings.text("category"))
            .entrySet()) {
      if (!given.getValue().isEmpty()) {
        fields.put(given.getKey(), given.getValue());
      }
    }
    if (wanted >= RESOLVED) {
      close(fields);
    }
    Reply reply = table.create(fields);
    if (reply instanceof Reply.Failed failed) {
      if (failed.outcome() instanceof Unknown) {
        memory.put(DOUBTFUL, "yes");
      }
      return failed.outcome();
    }
    Ticket made = ((Reply.Tickets) reply).tickets().get(0);
    new Known(made.sysId(), made.number(), wanted).put(memory);
    if (accepts(wanted, made.state())) {
      return delivered(made);
    }
    // Rules of the instance may make each ticket a new one first.
    Known asNew = new Known(made.sysId(), made.number(), NEW);
    return shown(update(asNew, Optional.of(made)), asNew);
  }

  private Reply update(Known known, Optional<Ticket> seen) throws InterruptedException {
    int wanted = wanted(known.wanted());
    ObjectNode fields = content(wanted);
    boolean there = seen.filter(ticket -> shows(known, ticket.state())).isPresent();
    if (wanted != known.wanted() && !there) {
      fields.put("state", String.valueOf(wanted));
      if (wanted >= RESOLVED) {
        close(fields);
      }
    }
    fields.put("work_notes", "Leat: " + IncidentText.change(request));
    return table.update(known.sysId(), fields);
  }

  /**
   * The state that the ticket is to be in.
   *
   * @param before that Leat wanted last
   */
  private int wanted(int before) {
    return switch (incident.state()) {
      case OPEN -> NEW;
      case ACKNOWLEDGED -> IN_PROGRESS;
      case RESOLVED -> before == CLOSED ? CLOSED : RESOLVED;
      case CLOSED -> CLOSED;
    };
  }

  /**
   * What Leat wanted last of a ticket. One that has lost its mark is as people want it: when it is
   * not over its state is left to them.
   */
  private static int wantedLast(Ticket ticket) {
    int state = ticket.state();
    return ticket.mark().map(Mark::state).orElse(state >= RESOLVED || state == 0 ? state : NEW);
  }

  /** Whether somebody looked after the incident when Leat wrote last, and nobody does any more. */
  private boolean isGivenBack(Known known) {
    return incident.state() == TargetIncident.State.OPEN && known.wanted() == IN_PROGRESS;
  }

  /**
   * Whether a ticket may stay in a state. One that is to be new may be in progress or on hold:
   * somebody took it meanwhile, and that comes back. But after a giving back it is so still, and
   * what came back would undo that. What was resolved meanwhile stays so, and comes back.
   */
  private boolean shows(Known known, int state) {
    return isGivenBack(known)
        ? state == NEW || accepts(RESOLVED, state)
        : accepts(wanted(known.wanted()), state);
  }

  private TargetOutcome shown(Reply reply, Known known) {
    if (reply instanceof Reply.Failed failed) {
      return failed.outcome();
    }
    if (reply instanceof Reply.Gone) {
      return new TargetOutcome.Retry("the ticket was deleted meanwhile", null);
    }
    Ticket ticket = ((Reply.Tickets) reply).tickets().get(0);
    int wanted = wanted(known.wanted());
    if (wanted != known.wanted() && !shows(known, ticket.state())) {
      return new Refused(
          "servicenow left the ticket "
              + ticket.number()
              + " in state "
              + ticket.state()
              + " instead of "
              + wanted
              + ": let the user of 'auth' change it, or a rule of the instance forbids it");
    }
    new Known(ticket.sysId(), ticket.number(), wanted).put(memory);
    return delivered(ticket);
  }

  private Delivered delivered(Ticket ticket) {
    return new Delivered(
        ticket.number(),
        root + "/nav_to.do?uri=" + settings.text("table") + ".do?sys_id=" + ticket.sysId());
  }

  private ObjectNode content(int wanted) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    fields.put(
        "short_description",
        IncidentText.bounded(IncidentText.line(incident.summary()), MOST_SHORT_DESCRIPTION));
    fields.put(
        "description",
        IncidentText.bounded(String.join("\n", IncidentText.lines(incident)), MOST_DESCRIPTION));
    fields.put("impact", impact(incident.severity()));
    fields.put("urgency", urgency(incident.severity()));
    fields.put("correlation_display", new Mark(request.version(), wanted).text());
    return fields;
  }

  private void close(ObjectNode fields) {
    fields.put("close_code", settings.text("close-code"));
    fields.put("close_notes", "Leat: " + IncidentText.change(request));
  }

  private ObjectNode asDouble(Ticket stays) {
    ObjectNode fields = JsonNodeFactory.instance.objectNode();
    fields.put("correlation_id", "double-" + correlation);
    fields.put("state", String.valueOf(RESOLVED));
    fields.put("close_code", settings.text("close-code"));
    fields.put(
        "close_notes",
        "Leat: the same as " + stays.number() + ", made twice because an answer was lost");
    return fields;
  }

  /** Whether a ticket in a state shows what was wanted. */
  private static boolean accepts(int wanted, int state) {
    return switch (wanted) {
      case NEW -> state == NEW || state == IN_PROGRESS || state == ON_HOLD;
      case IN_PROGRESS -> state == IN_PROGRESS || state == ON_HOLD;
      case RESOLVED -> state == RESOLVED || state == CLOSED || state == CANCELLED;
      default -> state == CLOSED || state == CANCELLED;
    };
  }

  /** With urgency it makes priorities 1 to 5 in ServiceNow's own table of them. */
  private static String impact(Severity severity) {
    return switch (severity) {
      case CRITICAL -> "1";
      case MAJOR, MINOR -> "2";
      case WARNING, INFO -> "3";
    };
  }

  private static String urgency(Severity severity) {
    return switch (severity) {
      case CRITICAL, MAJOR -> "1";
      case MINOR, WARNING -> "2";
      case INFO -> "3";
    };
  }

  /** What is remembered of a ticket: its sys_id, number and the state that Leat wanted last. */
  private record Known(String sysId, String number, int wanted) {
    static Optional<Known> in(TargetMemory memory) {
      return memory
          .get(TICKET)
          .map(text -> text.split(" ", 3))
          .filter(words -> words.length == 3)
          .map(words -> new Known(words[0], words[2], Integer.parseInt(words[1])));
    }

    void put(TargetMemory memory) {
      memory.put(TICKET, sysId + " " + wanted + " " + number);
    }
  }
}

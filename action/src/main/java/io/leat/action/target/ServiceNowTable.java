package io.leat.action.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.action.outbound.HttpAnswer;
import io.leat.action.target.TargetOutcome.Retry;
import io.leat.action.target.TargetOutcome.Unknown;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A table of ServiceNow by the Table API, as far as tickets need it. */
final class ServiceNowTable {
  /** An instance that sleeps answers 200 with a page instead of what was asked for. */
  static final Retry HIBERNATING =
      new Retry(
          "servicenow answered 200 with a page: the instance hibernates; wake it up on its"
              + " developer page",
          null);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CREATED = 201;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final Pattern SYS_ID = Pattern.compile("[0-9a-zA-Z]{1,40}");
  private static final String FIELDS =
      "sys_id,number,state,correlation_id,correlation_display,sys_updated_on,sys_updated_by,"
          + "close_notes";
  private static final String SHOWN =
      "sysparm_exclude_reference_link=true&sysparm_fields=" + FIELDS;
  private static final String REMEDY =
      "check 'auth', and that its user may read and write the table (role itil)";

  private final HttpTarget target;
  private final URI table;
  private final Map<String, String> headers;
  private final HttpBudget budget;

  /** For one delivery: what was read of the settings holds as long. */
  ServiceNowTable(HttpTarget target, URI table, Map<String, String> headers, HttpBudget budget) {
    this.target = target;
    this.table = table;
    this.headers = Map.copyOf(headers);
    this.budget = budget;
  }

  /**
   * A ticket, as far as Leat looks at it.
   *
   * @param number that people call it by
   * @param state 1 new, 2 in progress, 3 on hold, 6 resolved, 7 closed, 8 cancelled; others are an
   *     instance's own
   * @param mark what Leat wrote last; empty when the ticket has none
   * @param updatedOn in UTC, as ServiceNow writes it
   */
  record Ticket(
      String sysId,
      String number,
      int state,
      String correlationId,
      Optional<Mark> mark,
      String updatedOn,
      String updatedBy,
      String closeNotes) {}

  /**
   * What Leat writes into {@code correlation_display}, so that it knows its own writing again.
   *
   * @param version of the incident that the ticket shows
   * @param state that Leat wanted last
   */
  record Mark(long version, int state) {
    private static final Pattern FORM = Pattern.compile("Leat version ([0-9]{1,18}) state ([0-9])");

    static Optional<Mark> parse(String text) {
      Matcher matcher = FORM.matcher(text);
      return matcher.matches()
          ? Optional.of(
              new Mark(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2))))
          : Optional.empty();
    }

    String text() {
      return "Leat version " + version + " state " + state;
    }
  }

  /** How a request to the table ended. */
  sealed interface Reply {
    /** With tickets: those found, or the one that was written. */
    record Tickets(List<Ticket> tickets) implements Reply {
      public Tickets {
        tickets = List.copyOf(tickets);
      }
    }

    /** There is no such ticket. */
    record Gone() implements Reply {}

    /** Otherwise. */
    record Failed(TargetOutcome outcome) implements Reply {}
  }

  /** The first tickets that match an encoded query, at most {@code limit}. */
  Reply find(String query, int limit) throws InterruptedException {
    String parameters =
        "?sysparm_query="
            + URLEncoder.encode(query, StandardCharsets.UTF_8)
            + "&sysparm_limit="
            + limit
            + "&"
            + SHOWN;
    HttpAnswer answer =
        target.ask(budget, "GET", URI.create(table + parameters), headers, new byte[0]);
    if (answer instanceof HttpAnswer.Response response && response.status() == OK) {
      JsonNode result = result(response);
      if (!result.isArray()) {
        return new Reply.Failed(HIBERNATING);
      }
      List<Ticket> tickets = new ArrayList<>();
      for (JsonNode one : result) {
        if (isTicket(one)) {
          tickets.add(ticket(one));
        }
      }
      return new Reply.Tickets(tickets);
    }
    TargetOutcome outcome = target.failed(answer, REMEDY);
    // A look changes nothing: nobody needs to know whether it came through.
    return new Reply.Failed(
        outcome instanceof Unknown unknown ? new Retry(unknown.reason(), null) : outcome);
  }

  /** Makes a ticket. The API never looks whether there is one already. */
  Reply create(JsonNode fields) throws InterruptedException {
    HttpAnswer answer =
        target.ask(budget, "POST", URI.create(table + "?" + SHOWN), headers, bytes(fields));
    if (answer instanceof HttpAnswer.Response response) {
      if (response.status() == CREATED) {
        JsonNode result = result(response);
        return isTicket(result)
            ? new Reply.Tickets(List.of(ticket(result)))
            : new Reply.Failed(
                new Unknown("servicenow answered 201 without saying which ticket it made"));
      }
      if (response.status() == OK) {
        return new Reply.Failed(HIBERNATING);
      }
    }
    return new Reply.Failed(target.failed(answer, REMEDY));
  }

  Reply update(String sysId, JsonNode fields) throws InterruptedException {
    HttpAnswer answer =
        target.ask(
            budget, "PATCH", URI.create(table + "/" + sysId + "?" + SHOWN), headers, bytes(fields));
    if (answer instanceof HttpAnswer.Response response) {
      if (response.status() == NOT_FOUND) {
        return new Reply.Gone();
      }
      if (response.status() == OK) {
        JsonNode result = result(response);
        return result.path("sys_id").asText().equals(sysId)
            ? new Reply.Tickets(List.of(ticket(result)))
            : new Reply.Failed(HIBERNATING);
      }
    }
    return new Reply.Failed(target.failed(answer, REMEDY));
  }

  private static byte[] bytes(JsonNode fields) {
    return fields.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What stands under {@code result}; a missing node when the answer is not of the API. */
  private static JsonNode result(HttpAnswer.Response response) {
    try {
      JsonNode json = JSON.readTree(response.body());
      return json == null ? JSON.missingNode() : json.path("result");
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    } catch (IOException e) {
      throw new IllegalStateException("bytes cannot fail to be read", e);
    }
  }

  /** Ids become part of an address: nothing else is taken for one. */
  private static boolean isTicket(JsonNode json) {
    return SYS_ID.matcher(json.path("sys_id").asText()).matches();
  }

  private static Ticket ticket(JsonNode json) {
    return new Ticket(
        json.path("sys_id").asText(),
        json.path("number").asText(),
        json.path("state").asInt(),
        json.path("correlation_id").asText(),
        Mark.parse(json.path("correlation_display").asText()),
        json.path("sys_updated_on").asText(),
        json.path("sys_updated_by").asText(),
        json.path("close_notes").asText());
  }
}

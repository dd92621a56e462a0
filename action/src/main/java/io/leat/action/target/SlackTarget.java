package io.leat.action.target;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.target.TargetOutcome.Delivered;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Messages in a Slack channel by an incoming webhook. Such a webhook cannot change a message, so
 * that each state is a message of its own; a message has no key either, so that after an answer
 * that was lost it may come twice.
 */
final class SlackTarget extends HttpTarget {
  private static final int MOST_HEADER = 150;
  private static final int MOST_SECTION = 3_000;
  private static final String REMEDY =
      "the webhook was revoked or its channel is gone; make a new one and put its URL into the"
          + " secret";

  SlackTarget(SafeHttp http, TargetSettings settings, InstantSource clock) {
    super(http, settings, clock);
  }

  @Override
  public String kind() {
    return "slack";
  }

  @Override
  public boolean coalesces() {
    return true;
  }

  @Override
  TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    if (SentMark.has(request, memory)) {
      return new Delivered("", "");
    }
    TargetIncident incident = request.incident();
    String body =
        String.join("\n", IncidentText.lines(incident))
            + "\n_"
            + IncidentText.change(request)
            + "_";
    TargetOutcome outcome = post(message(IncidentText.title(incident), body), budget);
    if (outcome instanceof Delivered) {
      SentMark.put(request, memory);
    }
    return outcome;
  }

  @Override
  TargetOutcome probe(HttpBudget budget) throws InterruptedException {
    return post(message("Test of Leat", "Incidents will be told here."), budget);
  }

  private TargetOutcome post(ObjectNode message, HttpBudget budget) throws InterruptedException {
    HttpAnswer answer =
        ask(
            budget,
            "POST",
            url("url"),
            Map.of("Content-Type", "application/json"),
            message.toString().getBytes(StandardCharsets.UTF_8));
    return answer instanceof HttpAnswer.Response response && response.status() == 200
        ? new Delivered("", "")
        : failed(answer, REMEDY);
  }

  private static ObjectNode message(String title, String body) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("text", escaped(title, MOST_SECTION));
    ArrayNode blocks = message.putArray("blocks");
    blocks
        .addObject()
        .put("type", "header")
        .putObject("text")
        .put("type", "plain_text")
        .put("text", IncidentText.bounded(title, MOST_HEADER));
    blocks
        .addObject()
        .put("type", "section")
        .putObject("text")
        .put("type", "mrkdwn")
        .put("text", escaped(body, MOST_SECTION));
    return message;
  }

  /** Slack reads {@code <...>} as links and mentions: nobody is to be called by an event's text. */
  private static String escaped(String text, int most) {
    String escaped = text;
    for (List<String> pair :
        List.of(List.of("&", "&amp;"), List.of("<", "&lt;"), List.of(">", "&gt;"))) {
      escaped = escaped.replace(pair.get(0), pair.get(1));
    }
    return IncidentText.bounded(escaped, most);
  }
}

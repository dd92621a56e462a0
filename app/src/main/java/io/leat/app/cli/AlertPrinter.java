package io.leat.app.cli;

import static io.leat.app.cli.Member.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.leat.app.terminal.Style;
import io.leat.app.terminal.Table;
import io.leat.app.terminal.Terminal;
import io.leat.app.terminal.Text;
import java.util.ArrayList;
import java.util.List;

/** Tells of an alert and what it was made of on the terminal. */
final class AlertPrinter {
  /** Numbers stay as they were written. */
  private static final JsonMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final Terminal terminal;

  AlertPrinter(Terminal terminal) {
    this.terminal = terminal;
  }

  void print(JsonNode alert) {
    summary(alert);
    deliveries(alert.path("deliveries"));
    evidence(alert.path("evidence"));
    rule(alert.path("rule"));
  }

  private void summary(JsonNode alert) {
    JsonNode fired = alert.path("fired");
    JsonNode resolved = alert.path("resolved");
    JsonNode incident = alert.path("incident");
    JsonNode delays = alert.path("delays");
    Table table = new Table("what", "value");
    table.row("alert", text(alert, "id"));
    table.row("summary", text(fired, "summary"));
    table.row("state", state(alert));
    table.row("detector", text(fired, "blueprint") + "." + text(fired, "detector"));
    table.row("kind", text(fired, "kind") + " of " + text(fired, "stream"));
    table.row("entity", text(fired, "key").isEmpty() ? "all together" : text(fired, "key"));
    table.row("began", text(fired, "started_at"));
    table.row(
        "fired", text(fired, "at") + ", by the events; said at " + text(fired, "detected_at"));
    table.row(
        "delays",
        text(delays, "to_detected_ms")
            + " ms until it was said, "
            + text(delays, "to_recorded_ms")
            + " ms until it was taken in");
    table.row("values", values(fired));
    if (resolved.isObject()) {
      table.row("over", text(resolved, "at") + ", said at " + text(resolved, "detected_at"));
      table.row("values then", values(resolved));
    }
    table.row(
        "incident",
        text(incident, "id") + " (" + text(incident, "state") + "): " + text(incident, "group"));
    if (fired.hasNonNull("runbook")) {
      table.row("runbook", text(fired, "runbook"));
    }
    table.print(terminal);
  }

  private String state(JsonNode alert) {
    List<String> words = new ArrayList<>();
    words.add(
        text(alert, "state").equals("firing")
            ? terminal.styled(Style.RED, "firing")
            : terminal.styled(Style.GREEN, "resolved"));
    if (alert.path("absent").asBoolean()) {
      words.add("as no task of its detector had it after a restore");
    }
    if (alert.hasNonNull("silence")) {
      words.add("under the silence " + text(alert, "silence"));
    }
    return String.join(", ", words);
  }

  private static String values(JsonNode said) {
    List<String> values = new ArrayList<>();
    said.path("values")
        .properties()
        .forEach(
            one ->
                values.add(
                    Text.printable(one.getKey()) + "=" + Text.printable(one.getValue().asText())));
    return String.join(", ", values);
  }

  private void deliveries(JsonNode deliveries) {
    if (deliveries.isEmpty()) {
      return;
    }
    Table table = new Table("target", "state", "delivered", "there", "error");
    for (JsonNode one : deliveries) {
      table.row(
          text(one, "blueprint") + "." + text(one, "target"),
          text(one, "state"),
          text(one, "delivered_at"),
          text(one, "external_id"),
          text(one, "error"));
    }
    terminal.line();
    table.print(terminal);
  }

  private void evidence(JsonNode evidence) {
    for (JsonNode one : evidence) {
      List<String> shows = new ArrayList<>();
      one.path("shows").forEach(state -> shows.add(Text.printable(state.asText())));
      terminal.line();
      terminal.line(
          terminal.styled(Style.BOLD, text(one, "position"))
              + " ("
              + String.join(", ", shows)
              + ")"
              + (one.hasNonNull("found") ? ", from " + text(one, "found") : ""));
      if (one.hasNonNull("problem")) {
        terminal.line(terminal.styled(Style.YELLOW, text(one, "problem")));
      }
      if (one.has("payload")) {
        event(one);
      }
    }
  }

  private void event(JsonNode one) {
    String time = text(one, "event_time");
    terminal.line(
        terminal.styled(
            Style.DIM,
            "id "
                + text(one, "event_id")
                + ", key "
                + text(one, "key")
                + ", from "
                + text(one, "client")
                + ", received "
                + text(one, "received_at")
                + (time.isEmpty() ? "" : ", of " + time)));
    String payload = one.path("payload").asText();
    if (one.path("payload_encoding").asText().equals("base64")) {
      terminal.line("base64 " + Text.printable(payload));
      return;
    }
    pretty(payload).lines().forEach(line -> terminal.line("  " + Text.printable(line)));
  }

  private static String pretty(String payload) {
    try {
      return EXACT.readTree(payload).toPrettyString();
    } catch (JsonProcessingException e) {
      return payload;
    }
  }

  private void rule(JsonNode rule) {
    terminal.line();
    String version = text(rule, "blueprint_version");
    if (rule.hasNonNull("text")) {
      terminal.line(
          terminal.styled(Style.BOLD, "The rule as it was")
              + ", blueprint version "
              + version
              + ", applied "
              + text(rule, "applied_at"));
      lines(rule, "text");
      if (!rule.path("changed").asBoolean()) {
        terminal.note("It is the same today.");
        return;
      }
    } else {
      terminal.line(
          "The rule as it was is not known: blueprint version "
              + version
              + " was not kept here, or has no such detector.");
    }
    if (rule.hasNonNull("today")) {
      terminal.line();
      terminal.line(
          terminal.styled(Style.BOLD, "The rule as it is today")
              + ", blueprint version "
              + text(rule, "today_version"));
      lines(rule, "today");
    } else {
      terminal.note("Today there is no such detector.");
    }
  }

  private void lines(JsonNode rule, String name) {
    rule.path(name).asText().lines().forEach(line -> terminal.line("  " + Text.printable(line)));
  }
}

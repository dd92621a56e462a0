package io.leat.action.twin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** What a twin shows of itself. */
final class TwinPages {
  private static final Map<String, String> STATES =
      Map.of(
          "1",
          "New",
          "2",
          "In Progress",
          "3",
          "On Hold",
          "6",
          "Resolved",
          "7",
          "Closed",
          "8",
          "Canceled");
  private static final List<String> INCIDENT_COLUMNS =
      List.of(
          "number",
          "state",
          "priority",
          "short_description",
          "correlation_id",
          "sys_updated_on",
          "sys_updated_by",
          "close_notes");
  private static final List<String> ALERT_COLUMNS =
      List.of(
          "number",
          "state",
          "severity",
          "node",
          "description",
          "message_key",
          "event_count",
          "sys_updated_on");

  private TwinPages() {}

  static ObjectNode json(List<Map<String, String>> incidents, List<Map<String, String>> alerts) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    rows(json.putArray("incidents"), incidents);
    rows(json.putArray("alerts"), alerts);
    return json;
  }

  private static void rows(ArrayNode array, List<Map<String, String>> rows) {
    for (Map<String, String> row : rows) {
      ObjectNode one = array.addObject();
      row.forEach(one::put);
    }
  }

  static ObjectNode json(TwinStatistics statistics) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("requests", statistics.requests());
    ObjectNode statuses = json.putObject("answers");
    statistics.byStatus().forEach((status, count) -> statuses.put(String.valueOf(status), count));
    json.put("most_in_a_second", statistics.mostInASecond());
    json.put("limit_per_second", statistics.limit());
    json.put("excess", statistics.excess());
    return json;
  }

  static String html(
      TwinStatistics statistics,
      List<Map<String, String>> incidents,
      List<Map<String, String>> alerts) {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="refresh" content="5">
        <title>Twin of ServiceNow</title>
        <style>
        body { font: 14px sans-serif; margin: 2em; }
        table { border-collapse: collapse; }
        td, th { border-bottom: 1px solid #ccc; padding: 4px 10px; text-align: left; }
        </style>
        </head>
        <body>
        <h1>Twin of ServiceNow</h1>
        <p>%d requests, at most %d in a second</p>
        <h2>Incidents</h2>
        %s
        <h2>Alerts</h2>
        %s
        </body>
        </html>
        """
        .formatted(
            statistics.requests(),
            statistics.mostInASecond(),
            table(INCIDENT_COLUMNS, incidents),
            table(ALERT_COLUMNS, alerts));
  }

  private static String table(List<String> columns, List<Map<String, String>> rows) {
    StringBuilder html = new StringBuilder("<table>\n<tr>");
    columns.forEach(column -> html.append("<th>").append(column.replace('_', ' ')).append("</th>"));
    html.append("</tr>\n");
    for (Map<String, String> row : rows) {
      html.append("<tr>");
      for (String column : columns) {
        String value = row.getOrDefault(column, "");
        String shown = column.equals("state") ? STATES.getOrDefault(value, value) : value;
        html.append("<td>").append(escaped(shown)).append("</td>");
      }
      html.append("</tr>\n");
    }
    return html.append("</table>").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}

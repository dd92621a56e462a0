package io.leat.action.twin;

import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** The rows of a twin, by table. Thread-safe. */
final class TwinTables {
  static final String INCIDENT = "incident";
  static final String EVENT = "em_event";
  static final String ALERT = "em_alert";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final Map<String, String> PREFIXES =
      Map.of(INCIDENT, "INC", ALERT, "Alert", EVENT, "");
  private static final Set<String> RESOLVED = Set.of("6", "7");
  private static final Set<String> SYSTEM =
      Set.of("sys_id", "number", "sys_created_on", "sys_created_by", "priority", "sys_mod_count");

  /** ServiceNow's own table: impact + urgency, 2 to 6. */
  private static final int PRIORITY_OFFSET = 1;

  private final InstantSource clock;
  private final int most;
  private final Map<String, Map<String, Map<String, String>>> tables = new TreeMap<>();
  private final Map<String, String> alerts = new HashMap<>();
  private int rows;
  private int numbers;

  TwinTables(InstantSource clock, int most) {
    this.clock = clock;
    this.most = most;
    PREFIXES.keySet().forEach(table -> tables.put(table, new LinkedHashMap<>()));
  }

  /** What a rule of the instance does not let happen. */
  static final class RuleException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String message;

    RuleException(String message) {
      super(message);
      this.message = message;
    }

    /** Never null. */
    @Override
    public String getMessage() {
      return message;
    }
  }

  synchronized boolean has(String table) {
    return tables.containsKey(table);
  }

  synchronized Map<String, String> insert(String table, Map<String, String> fields, String user)
      throws RuleException {
    if (rows >= most) {
      throw new RuleException("the twin is full");
    }
    Map<String, String> row = new LinkedHashMap<>();
    if (table.equals(INCIDENT)) {
      for (String field :
          List.of("correlation_id", "correlation_display", "close_code", "close_notes")) {
        row.put(field, "");
      }
      row.put("state", "1");
      row.put("impact", "3");
      row.put("urgency", "3");
      row.put("work_notes", "");
    }
    write(row, fields, user);
    check(table, row);
    row.put("sys_id", UUID.randomUUID().toString().replace("-", ""));
    row.put("number", PREFIXES.get(table) + String.format("%07d", 10_000 + ++numbers));
    row.put("sys_created_on", now());
    row.put("sys_created_by", user);
    row.put("sys_mod_count", "0");
    rows++;
    rowsOf(table).put(row.getOrDefault("sys_id", ""), row);
    return Map.copyOf(row);
  }

  synchronized Optional<Map<String, String>> update(
      String table, String sysId, Map<String, String> fields, String user) throws RuleException {
    Map<String, String> row = rowsOf(table).get(sysId);
    if (row == null) {
      return Optional.empty();
    }
    Map<String, String> changed = new LinkedHashMap<>(row);
    write(changed, fields, user);
    check(table, changed);
    changed.merge("sys_mod_count", "1", (a, b) -> String.valueOf(Integer.parseInt(a) + 1));
    rowsOf(table).put(sysId, changed);
    return Optional.of(Map.copyOf(changed));
  }

  private void write(Map<String, String> row, Map<String, String> fields, String user) {
    String notes = row.getOrDefault("work_notes", "");
    fields.forEach(
        (name, value) -> {
          if (!SYSTEM.contains(name)) {
            row.put(name, value);
          }
        });
    String note = fields.getOrDefault("work_notes", "");
    if (!note.isEmpty()) {
      row.put("work_notes", notes + now() + " " + user + "\n" + note + "\n\n");
    } else if (row.containsKey("work_notes")) {
      row.put("work_notes", notes);
    }
    row.put("sys_updated_on", now());
    row.put("sys_updated_by", user);
  }

  /** The data policy that instances come with, and their table of priorities. */
  private static void check(String table, Map<String, String> row) throws RuleException {
    if (!table.equals(INCIDENT)) {
      return;
    }
    if (RESOLVED.contains(row.get("state"))
        && (row.getOrDefault("close_code", "").isEmpty()
            || row.getOrDefault("close_notes", "").isEmpty())) {
      throw new RuleException(
          "Data Policy Exception: The following fields are mandatory: Close code, Close notes");
    }
    try {
      int priority =
          Integer.parseInt(row.getOrDefault("impact", "3"))
              + Integer.parseInt(row.getOrDefault("urgency", "3"))
              - PRIORITY_OFFSET;
      row.put("priority", String.valueOf(priority));
    } catch (NumberFormatException e) {
      row.put("priority", "");
    }
  }

  /** An event of Event Management, and the alert that is made of those with its key. */
  synchronized void event(Map<String, String> event, String user) throws RuleException {
    insert(EVENT, event, user);
    String key =
        event.getOrDefault(
            "message_key",
            String.join(
                "_",
                event.getOrDefault("source", ""),
                event.getOrDefault("node", ""),
                event.getOrDefault("type", ""),
                event.getOrDefault("resource", ""),
                event.getOrDefault("metric_name", "")));
    boolean clear = event.getOrDefault("severity", "").equals("0");
    Map<String, String> alert = rowsOf(ALERT).get(alerts.getOrDefault(key, ""));
    if (alert == null && clear) {
      return;
    }
    Map<String, String> fields = new LinkedHashMap<>(event);
    fields.put("message_key", key);
    fields.put("state", clear ? "Closed" : "Open");
    if (alert == null) {
      fields.put("event_count", "1");
      alerts.put(key, insert(ALERT, fields, user).getOrDefault("sys_id", ""));
    } else {
      int events = Integer.parseInt(alert.getOrDefault("event_count", "0"));
      fields.put("event_count", String.valueOf(events + 1));
      update(ALERT, alert.getOrDefault("sys_id", ""), fields, user);
    }
  }

  synchronized Optional<Map<String, String>> row(String table, String sysId) {
    return Optional.ofNullable(rowsOf(table).get(sysId)).map(Map::copyOf);
  }

  synchronized boolean delete(String table, String sysId) {
    boolean deleted = rowsOf(table).remove(sysId) != null;
    alerts.values().remove(sysId);
    rows -= deleted ? 1 : 0;
    return deleted;
  }

  synchronized List<Map<String, String>> find(String table, String query, int limit, int offset) {
    Map<String, Map<String, String>> all = rowsOf(table);
    Set<String> fields = all.values().stream().findFirst().map(Map::keySet).orElse(Set.of());
    return TwinQuery.parse(query, fields)
        .over(all.values().stream())
        .skip(offset)
        .limit(limit)
        .map(Map::copyOf)
        .toList();
  }

  private Map<String, Map<String, String>> rowsOf(String table) {
    return tables.getOrDefault(table, Map.of());
  }

  private String now() {
    return TIME.format(LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC));
  }
}

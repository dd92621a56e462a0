package io.leat.app.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.blueprint.Blueprint;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.event.Names;
import io.leat.http.Principal;
import io.leat.state.HotEntity;
import io.leat.state.HotPage;
import io.leat.state.HotRow;
import io.leat.state.HotTables;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The newest state of entities, as JSON, within what a client may read. */
final class StateLookup {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HotTables tables;
  private final Supplier<? extends Collection<Blueprint>> blueprints;

  /**
   * @param blueprints as they are processed now
   */
  StateLookup(HotTables tables, Supplier<? extends Collection<Blueprint>> blueprints) {
    this.tables = tables;
    this.blueprints = blueprints;
  }

  /**
   * The row of an entity.
   *
   * @param name {@code blueprint.table}
   * @throws LeatException NOT_FOUND when nothing is known of it, or the table is not there;
   *     FORBIDDEN
   */
  ObjectNode show(String name, String key, Principal principal) {
    ServedTable table = ServedTable.find(blueprints.get(), name, principal);
    if (!principal.mayUseEntity(key)) {
      throw new LeatException(
          ErrorCode.FORBIDDEN,
          "The client '" + principal.name() + "' may not see this entity: it is not among its own");
    }
    Optional<HotEntity> found =
        key.indexOf('\0') >= 0 ? Optional.empty() : tables.get(table.table(), key);
    return found
        .map(entity -> row(table, entity, principal))
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_FOUND,
                    "The table '" + name + "' knows nothing of this key, or no longer"));
  }

  /**
   * A page of rows, in the order of the bytes of their keys.
   *
   * @param parameters as {@link StateQuery} reads them
   */
  ObjectNode list(String name, Map<String, String> parameters, Principal principal) {
    ServedTable table = ServedTable.find(blueprints.get(), name, principal);
    HotPage page =
        tables.list(table.table(), StateQuery.filter(table, parameters, principal.entityKeys()));
    ObjectNode json = JSON.createObjectNode();
    ArrayNode rows = json.putArray("rows");
    page.entities().forEach(entity -> rows.add(row(table, entity, principal)));
    json.put("next", page.next());
    return json;
  }

  private static ObjectNode row(ServedTable table, HotEntity entity, Principal principal) {
    ObjectNode json = JSON.createObjectNode();
    json.put(table.spec().key(), entity.key());
    if (table.spec().online() == null) {
      json.putNull("status");
    } else {
      json.put("status", entity.isOffline() ? "offline" : "online");
    }
    json.put("last_seen", entity.lastSeen().toString());
    if (principal.mayRead(table.blueprint().name() + ".*")) {
      ArrayNode incidents = json.putArray("incidents");
      entity.incidents().forEach(incidents::add);
    } else {
      json.putNull("incidents"); // they may be about streams that the client does not read
    }
    Map<String, HotRow> rows =
        entity.rows().stream().collect(Collectors.toMap(HotRow::stream, row -> row));
    ObjectNode sources = JSON.createObjectNode();
    for (Map.Entry<String, List<String>> from : table.spec().from().entrySet()) {
      HotRow row = rows.get(from.getKey());
      JsonNode columns = row == null ? JSON.createObjectNode() : columns(row);
      from.getValue().forEach(column -> json.set(column, columns.get(column)));
      if (row != null) {
        source(table, row, sources.putObject(from.getKey()));
      }
    }
    json.set("_streams", sources);
    json.put("_expires_at", entity.expiresAt().toString());
    return json;
  }

  private static void source(ServedTable table, HotRow row, ObjectNode json) {
    json.put("received_at", row.receivedAt().toString());
    json.put("event_time", row.eventTime().toString());
    json.put(
        "position",
        new LogPosition(
                row.epoch(),
                Names.topic(table.blueprint().name(), row.stream()),
                row.partition(),
                row.offset())
            .toString());
  }

  private static JsonNode columns(HotRow row) {
    try {
      return JSON.readTree(row.columns());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL keeps it as JSON", e);
    }
  }
}

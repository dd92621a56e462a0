package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.app.client.TestingLeat;
import io.leat.app.detect.HotTableWriters;
import io.leat.blueprint.Blueprint;
import io.leat.blueprint.BlueprintLoader;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.LogPosition;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import io.leat.state.HotTables;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.stream.hot.HotTableSink;
import io.leat.stream.hot.HotWrite;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From what a task writes to what a client may see. */
class StateLookupTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final String TABLE = "devices.device";

  private static EmbeddedPostgres postgres;
  private static StateDatabase database;

  private StateLookup lookup;

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.builder().start();
    StateSettings settings =
        StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
    database = StateDatabase.open(settings);
    HotTableSink.Writers travelled = travel(HotTableWriters.to(settings));
    try (HotTableSink.Writer writer = travelled.open()) {
      writer.write(
          List.of(
              write(
                  "d-1",
                  "heartbeat",
                  12,
                  "{\"firmware\": \"1.1\", \"network\": {\"rssi_dbm\": -60}}"),
              write("d-2", "heartbeat", 13, "{\"firmware\": \"1.0\", \"network\": null}")));
      writer.write(
          List.of(
              write(
                  "d-1",
                  "telemetry",
                  5,
                  "{\"temperature_c\": 21.50, \"battery_percent\": 80, \"door_open\": false,"
                      + " \"gone\": 1}")));
    }
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  @BeforeEach
  void look() {
    Blueprint devices = new BlueprintLoader().load(TestingLeat.blueprint());
    lookup =
        new StateLookup(new HotTables(database, InstantSource.fixed(NOW)), () -> List.of(devices));
  }

  @Test
  void aRowHasTheColumnsOfTheTableAndWhereTheyComeFrom() throws Exception {
    ObjectNode row = lookup.show(TABLE, "d-1", reader("*"));

    assertThat(row.toString())
        .isEqualTo(
            "{\"device_id\":\"d-1\",\"status\":\"online\",\"last_seen\":\"2026-03-01T09:00:12Z\","
                + "\"incidents\":[],\"firmware\":\"1.1\",\"network\":{\"rssi_dbm\":-60},"
                + "\"temperature_c\":21.5,\"battery_percent\":80,\"door_open\":false,"
                + "\"code\":null,\"message\":null,\"_streams\":{"
                + "\"heartbeat\":{\"received_at\":\"2026-03-01T09:00:12Z\","
                + "\"event_time\":\"2026-03-01T09:00:11Z\",\"position\":\"devices.heartbeat/3@12\"},"
                + "\"telemetry\":{\"received_at\":\"2026-03-01T09:00:05Z\","
                + "\"event_time\":\"2026-03-01T09:00:04Z\",\"position\":\"devices.telemetry/3@5\"}},"
                + "\"_expires_at\":\"2026-05-30T09:00:12Z\"}");
  }

  @Test
  void whatIsNotKnownIsNotFoundWithASuggestion() {
    assertRefused(
        () -> lookup.show(TABLE, "d-9", reader("*")),
        ErrorCode.NOT_FOUND,
        "The table 'devices.device' knows nothing of this key, or no longer");
    assertRefused(
        () -> lookup.show(TABLE, "d\0", reader("*")),
        ErrorCode.NOT_FOUND,
        "The table 'devices.device' knows nothing of this key, or no longer");
    assertRefused(
        () -> lookup.show("devices.devise", "d-1", reader("*")),
        ErrorCode.NOT_FOUND,
        "There is no table 'devices.devise'. Did you mean 'devices.device'?");
  }

  @Test
  void whoDoesNotReadAllStreamsOfATableDoesNotSeeIt() {
    Principal narrow = reader("devices.heartbeat", "devices.telemetry");
    String refusal =
        "The client 'test' may not read the table 'devices.device': it is made of the stream"
            + " 'devices.fault'";

    assertRefused(() -> lookup.show(TABLE, "d-1", narrow), ErrorCode.FORBIDDEN, refusal);
    assertRefused(() -> lookup.list(TABLE, Map.of(), narrow), ErrorCode.FORBIDDEN, refusal);
  }

  @Test
  void incidentsAreOnlyToldToWhoReadsTheWholeBlueprint() {
    Principal enough = reader("devices.heartbeat", "devices.telemetry", "devices.fault");

    assertThat(lookup.show(TABLE, "d-1", enough).path("incidents").isNull()).isTrue();
    assertThat(lookup.show(TABLE, "d-1", reader("devices.*")).path("incidents").isArray()).isTrue();
  }

  @Test
  void aClientOfSomeEntitiesSeesOnlyThose() {
    Principal one =
        new Principal("1", "test", Set.of(Role.READ), StreamScope.ALL, Set.of("d-2", "d-7"));

    assertThat(keys(one, Map.of())).containsExactly("d-2");
    assertThat(lookup.show(TABLE, "d-2", one).path("firmware").asText()).isEqualTo("1.0");
    assertRefused(
        () -> lookup.show(TABLE, "d-1", one),
        ErrorCode.FORBIDDEN,
        "The client 'test' may not see this entity: it is not among its own");
  }

  @Test
  void aListIsFilteredByValuesOfColumnsAsTheirTypesSay() {
    Principal all = reader("*");

    assertThat(keys(all, Map.of())).containsExactly("d-1", "d-2");
    assertThat(keys(all, Map.of("firmware", "1.0"))).containsExactly("d-2");
    assertThat(keys(all, Map.of("temperature_c", "21.5", "firmware", "1.1")))
        .containsExactly("d-1");
    assertThat(keys(all, Map.of("door_open", "true"))).isEmpty();
    assertThat(keys(all, Map.of("status", "online", "prefix", "d-", "after", "d-1")))
        .containsExactly("d-2");
    assertThat(keys(all, Map.of("status", "offline"))).isEmpty();
    ObjectNode page = lookup.list(TABLE, Map.of("limit", "1"), all);
    assertThat(page.path("next").asText()).isEqualTo("d-1");
  }

  @Test
  void parametersThatMeanNothingAreRefusedPrecisely() {
    assertBad("status", "away", "'status' is 'away'; it is online or offline");
    assertBad("limit", "0", "'limit' is '0', not a number from 1 to 1000");
    assertBad("limit", "1001", "'limit' is '1001', not a number from 1 to 1000");
    assertBad(
        "firmwear", "1", "There is no column or parameter 'firmwear'. Did you mean 'firmware'?");
    assertBad("temperature_c", "hot", "'temperature_c' is 'hot'; the column has numbers");
    assertBad("temperature_c", "NaN", "'temperature_c' is 'NaN'; the column has numbers");
    assertBad("door_open", "yes", "'door_open' is 'yes'; the column has true or false");
    assertBad("network", "x", "'network' has parts: only a column with one value can be asked for");
    assertBad("prefix", "\0", "'prefix' has a NUL character");
  }

  private void assertBad(String name, String value, String message) {
    assertRefused(
        () -> lookup.list(TABLE, Map.of(name, value), reader("*")), ErrorCode.BAD_REQUEST, message);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable work, ErrorCode code, String message) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(LeatException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessage(message);
  }

  private List<String> keys(Principal principal, Map<String, String> parameters) {
    return lookup.list(TABLE, parameters, principal).path("rows").findValuesAsText("device_id");
  }

  private static Principal reader(String... streams) {
    return new Principal(
        "1", "test", Set.of(Role.READ), new StreamScope(List.of(streams)), Set.of());
  }

  private static HotWrite write(String key, String stream, long offset, String columns) {
    Instant received = Instant.parse("2026-03-01T09:00:00Z").plusSeconds(offset);
    return new HotWrite(
        "devices",
        "device",
        key,
        stream,
        new LogPosition(1, "devices." + stream, 3, offset),
        received,
        received.minusSeconds(1),
        columns,
        received.plus(Duration.ofDays(90)));
  }

  /** As Flink carries it to a task. */
  private static HotTableSink.Writers travel(HotTableSink.Writers writers) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(writers);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (HotTableSink.Writers) in.readObject();
    }
  }
}

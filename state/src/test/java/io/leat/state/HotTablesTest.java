package io.leat.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.state.HotFilter.Status;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HotTablesTest {
  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final Duration TTL = Duration.ofDays(90);
  private static final Duration RETENTION = Duration.ofDays(7);
  private static final HotTable DEVICE =
      new HotTable(
          "devices",
          "device",
          List.of("heartbeat", "telemetry"),
          List.of("heartbeat", "telemetry", "fault"),
          "offline");

  private static EmbeddedPostgres postgres;
  private static StateDatabase database;

  private Instant now = START;
  private final InstantSource clock = () -> now;
  private HotTables tables;
  private HotSweep sweep;

  @BeforeAll
  static void start() throws IOException {
    postgres = EmbeddedPostgres.builder().start();
    database =
        StateDatabase.open(
            StateSettings.of(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres"));
  }

  @AfterAll
  static void stop() throws IOException {
    database.close();
    postgres.close();
  }

  @BeforeEach
  void empty() {
    tables = new HotTables(database, clock);
    sweep = new HotSweep(database, clock);
    execute("truncate hot_row, incident, alert cascade");
  }

  @Test
  void anEntityHasTheNewestColumnsOfEachStream() {
    HotRow heartbeat = heartbeat("d-1", 1, 4, "{\"firmware\": \"1.0\"}");
    HotRow telemetry = row("telemetry", "d-1", 1, 9, "{\"temperature_c\": 21.5}");
    tables.upsert(List.of(telemetry, heartbeat, heartbeat("d-2", 1, 5, "{}")));

    HotEntity found = tables.get(DEVICE, "d-1").orElseThrow();

    assertThat(found)
        .isEqualTo(new HotEntity("d-1", false, List.of(), List.of(heartbeat, telemetry)));
    assertThat(found.lastSeen()).isEqualTo(telemetry.receivedAt());
    assertThat(tables.get(DEVICE, "d-3")).isEmpty();
    assertThat(tables.get(other("other"), "d-1")).isEmpty();
  }

  @Test
  void rowsOfAStreamThatTheTableIsNotMadeOfAnyMoreAreNotShown() {
    tables.upsert(List.of(row("door", "d-1", 1, 1, "{}")));
    assertThat(tables.get(DEVICE, "d-1")).isEmpty();

    tables.upsert(List.of(heartbeat("d-1", 1, 1, "{}")));
    assertThat(tables.get(DEVICE, "d-1").orElseThrow().rows())
        .extracting(HotRow::stream)
        .containsExactly("heartbeat");
  }

  @Test
  void whatIsWrittenAgainChangesNothingAndWhatIsOlderNeitherNorOfAnEarlierEpoch() {
    assertThat(tables.upsert(List.of(heartbeat("d-1", 2, 10, "{\"n\": 10}")))).isEqualTo(1);

    assertThat(tables.upsert(List.of(heartbeat("d-1", 2, 10, "{\"n\": -1}")))).isZero();
    assertThat(tables.upsert(List.of(heartbeat("d-1", 2, 9, "{\"n\": 9}")))).isZero();
    assertThat(tables.upsert(List.of(heartbeat("d-1", 1, 99, "{\"n\": 99}")))).isZero();
    assertThat(columns("d-1")).isEqualTo("{\"n\": 10}");

    assertThat(tables.upsert(List.of(heartbeat("d-1", 3, 0, "{\"n\": 0}")))).isEqualTo(1);
    assertThat(columns("d-1")).isEqualTo("{\"n\": 0}");
  }

  @Test
  void ofSeveralRowsOfAnEntityInABatchTheNewestCountsWhateverTheirOrder() {
    tables.upsert(
        List.of(
            heartbeat("d-1", 1, 2, "{\"n\": 2}"),
            heartbeat("d-1", 1, 3, "{\"n\": 3}"),
            heartbeat("d-1", 1, 1, "{\"n\": 1}")));

    assertThat(columns("d-1")).isEqualTo("{\"n\": 3}");
  }

  /** Batches in any order, each several times, from four threads: as tasks that were restored. */
  @Test
  void concurrentBatchesEndInTheNewestStateWithoutWaitingForEachOtherForEver() throws Exception {
    int keys = 50;
    int events = 40;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<List<HotRow>> batches = new ArrayList<>();
    for (int offset = 0; offset < events; offset++) {
      List<HotRow> batch = new ArrayList<>();
      for (int key = 0; key < keys; key++) {
        batch.add(heartbeat("d-" + key, 1, offset, "{\"n\": " + offset + "}"));
      }
      Collections.shuffle(batch, random);
      batches.add(batch);
      batches.add(batch.subList(0, keys / 2));
    }
    Collections.shuffle(batches, random);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> writes =
          batches.stream().map(batch -> (Callable<Integer>) () -> tables.upsert(batch)).toList();
      for (var written : threads.invokeAll(writes)) {
        written.get();
      }
    } finally {
      threads.shutdown();
    }

    List<HotEntity> all = tables.list(DEVICE, HotFilter.first(1_000)).entities();
    assertThat(all).as("seed %d", seed).hasSize(keys);
    assertThat(all)
        .as("seed %d", seed)
        .allSatisfy(
            one ->
                assertThat(one.rows().get(0).columns()).isEqualTo("{\"n\": " + (events - 1) + "}"));
  }

  @Test
  void anEntityExpiresAsAWholeAfterItsNewestEvent() {
    tables.upsert(List.of(heartbeat("d-1", 1, 1, "{}")));
    now = START.plus(Duration.ofDays(60));
    HotRow fresh = row("telemetry", "d-1", 1, 1, "{}");
    tables.upsert(List.of(fresh));

    now = START.plus(TTL).plus(Duration.ofDays(1));
    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(0, 0, true));
    assertThat(tables.get(DEVICE, "d-1").orElseThrow().rows()).hasSize(2);
    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(0, 0, true));

    now = fresh.expiresAt();
    assertThat(tables.get(DEVICE, "d-1")).isEmpty();
    assertThat(tables.list(DEVICE, HotFilter.first(10)).entities()).isEmpty();
    now = now.plus(Duration.ofHours(1));
    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(2, 0, true));
  }

  @Test
  void whatExpiredIsNotBroughtBackByALateReplayAsLongAsTheLogMayTellOfIt() {
    tables.upsert(List.of(heartbeat("d-1", 1, 7, "{}")));
    now = START.plus(TTL).plus(Duration.ofHours(1));
    assertThat(sweep.sweep(RETENTION, 10).expired()).isEqualTo(1);
    Instant expired = now;

    // As a job with a longer time to live would write it.
    assertThat(tables.upsert(List.of(later(heartbeat("d-1", 1, 7, "{}"))))).isZero();
    assertThat(tables.upsert(List.of(later(heartbeat("d-1", 1, 6, "{}"))))).isZero();
    assertThat(tables.get(DEVICE, "d-1")).isEmpty();

    now = expired.plus(RETENTION).minusSeconds(1);
    assertThat(sweep.sweep(RETENTION, 10).forgotten()).isZero();
    now = expired.plus(RETENTION).plus(Duration.ofHours(1));
    assertThat(sweep.sweep(RETENTION, 10).forgotten()).isEqualTo(1);
    assertThat(count()).isZero();
  }

  @Test
  void anEntityThatComesBackAfterItExpiredIsThereAgain() {
    tables.upsert(List.of(heartbeat("d-1", 1, 7, "{}"), row("telemetry", "d-1", 1, 1, "{}")));
    now = START.plus(TTL).plus(Duration.ofHours(1));
    sweep.sweep(RETENTION, 10);

    tables.upsert(List.of(heartbeat("d-1", 1, 8, "{\"n\": 8}")));

    assertThat(columns("d-1")).isEqualTo("{\"n\": 8}");
    assertThat(tables.get(DEVICE, "d-1").orElseThrow().rows()).hasSize(1);
  }

  @Test
  void aSweepLooksAtSoManyRowsAndSaysWhetherThereAreMore() {
    tables.upsert(IntStream.range(0, 25).mapToObj(i -> heartbeat("d-" + i, 1, i, "{}")).toList());
    now = START.plus(TTL).plus(Duration.ofHours(1));

    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(10, 0, false));
    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(10, 0, false));
    assertThat(sweep.sweep(RETENTION, 10)).isEqualTo(new HotSweep.Swept(5, 0, true));
  }

  @Test
  void whoIsOfflineAndInWhichIncidentsIsToldOfWhatFiresAboutTheEntity() {
    tables.upsert(
        List.of(
            heartbeat("d-1", 1, 1, "{}"),
            heartbeat("d-2", 1, 2, "{}"),
            heartbeat("d-3", 1, 3, "{}")));
    incident("i-open", "open");
    incident("i-acknowledged", "acknowledged");
    incident("i-resolved", "resolved");
    alert("a1", "i-open", "offline", "heartbeat", "d-1", "firing");
    alert("a2", "i-acknowledged", "overheating", "telemetry", "d-1", "firing");
    alert("a3", "i-acknowledged", "fault_storm", "fault", "d-1", "firing");
    alert("a4", "i-resolved", "overheating", "telemetry", "d-1", "firing");
    alert("a5", "i-open", "offline", "heartbeat", "d-2", "resolved");
    // Another kind of entity that happens to have the same key.
    alert("a6", "i-open", "offline", "order", "d-3", "firing");

    HotEntity first = tables.get(DEVICE, "d-1").orElseThrow();

    assertThat(first.isOffline()).isTrue();
    assertThat(first.incidents()).containsExactly("i-acknowledged", "i-open");
    for (String well : List.of("d-2", "d-3")) {
      assertThat(tables.get(DEVICE, well).orElseThrow().isOffline()).isFalse();
      assertThat(tables.get(DEVICE, well).orElseThrow().incidents()).isEmpty();
    }
    assertThat(keys(new HotFilter(Status.OFFLINE, "", Map.of(), Set.of(), "", 10)))
        .containsExactly("d-1");
    assertThat(keys(new HotFilter(Status.ONLINE, "", Map.of(), Set.of(), "", 10)))
        .containsExactly("d-2", "d-3");
    HotTable unknowing =
        new HotTable("devices", "device", DEVICE.streams(), DEVICE.related(), null);
    assertThat(tables.get(unknowing, "d-1").orElseThrow().isOffline()).isFalse();
  }

  @Test
  void pagesOfAnyLengthTellOfEachKeyOnceInTheOrderOfItsBytes() {
    List<String> all =
        Stream.of("B", "a", "a-1", "a-10", "a-2", "ä", "日本", "\uFFFD", "😀", "a%", "a_b").toList();
    tables.upsert(all.stream().map(key -> heartbeat(key, 1, 1, "{}")).toList());
    List<String> expected =
        List.of("B", "a", "a%", "a-1", "a-10", "a-2", "a_b", "ä", "日本", "\uFFFD", "😀");

    for (int length = 1; length <= all.size() + 1; length++) {
      List<String> seen = new ArrayList<>();
      String after = "";
      while (after != null) {
        HotPage page =
            tables.list(DEVICE, new HotFilter(null, "", Map.of(), Set.of(), after, length));
        page.entities().forEach(one -> seen.add(one.key()));
        after = page.next();
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  @Test
  void aPrefixIsTakenLiterally() {
    List<String> all = List.of("a", "a%", "a%b", "a-1", "b", "😀", "😀x", "\uDBFF\uDFFFx");
    tables.upsert(all.stream().map(key -> heartbeat(key, 1, 1, "{}")).toList());

    assertThat(prefixed("a%")).containsExactly("a%", "a%b");
    assertThat(prefixed("a")).containsExactly("a", "a%", "a%b", "a-1");
    assertThat(prefixed("😀")).containsExactly("😀", "😀x");
    assertThat(prefixed("\uDBFF\uDFFF")).containsExactly("\uDBFF\uDFFFx");
    assertThat(prefixed("c")).isEmpty();
  }

  @Test
  void theEndOfAPrefixSkipsWhatIsNoCharacter() {
    assertThat(HotKeys.endOf("a")).isEqualTo("b");
    assertThat(HotKeys.endOf("\uD7FF")).isEqualTo("\uE000");
    assertThat(HotKeys.endOf("a\uDBFF\uDFFF")).isEqualTo("b");
    assertThat(HotKeys.endOf("\uDBFF\uDFFF")).isEmpty();
  }

  @Test
  void aListIsFilteredByColumnsOfSeveralStreamsAndRestrictedToKeys() {
    tables.upsert(
        List.of(
            heartbeat("d-1", 1, 1, "{\"firmware\": \"1.0\", \"n\": 1}"),
            row("telemetry", "d-1", 1, 1, "{\"door_open\": true}"),
            heartbeat("d-2", 1, 1, "{\"firmware\": \"1.0\"}"),
            row("telemetry", "d-2", 1, 1, "{\"door_open\": false}"),
            heartbeat("d-3", 1, 1, "{\"firmware\": \"1.1\"}")));
    Map<String, String> firmware = Map.of("heartbeat", "{\"firmware\": \"1.0\"}");

    assertThat(keys(new HotFilter(null, "", firmware, Set.of(), "", 10)))
        .containsExactly("d-1", "d-2");
    assertThat(
            keys(
                new HotFilter(
                    null,
                    "",
                    Map.of(
                        "heartbeat",
                        "{\"firmware\": \"1.0\"}",
                        "telemetry",
                        "{\"door_open\": true}"),
                    Set.of(),
                    "",
                    10)))
        .containsExactly("d-1");
    assertThat(keys(new HotFilter(null, "", firmware, Set.of("d-2", "d-3"), "", 10)))
        .containsExactly("d-2");
    assertThat(keys(new HotFilter(null, "", Map.of(), Set.of("d-2", "d-3"), "", 10)))
        .containsExactly("d-2", "d-3");
  }

  @Test
  void aPageWithAFilterLooksAtABoundedNumberOfKeysAndGoesOnBehindThem() {
    execute(
        "insert into hot_row select 'devices', 'device', 'd-' || lpad(i::text, 6, '0'), 'heartbeat',"
            + " 1, 0, i, '2026-03-01Z', '2026-03-01Z',"
            + " jsonb_build_object('firmware', case when i = 10001 then 'odd' else '1.0' end),"
            + " '2026-06-01Z', '2026-06-01Z' from generate_series(1, 10001) i");
    HotFilter odd =
        new HotFilter(null, "", Map.of("heartbeat", "{\"firmware\": \"odd\"}"), Set.of(), "", 10);

    HotPage first = tables.list(DEVICE, odd);
    assertThat(first.entities()).isEmpty();
    assertThat(first.next()).isEqualTo("d-010000");
    HotPage second =
        tables.list(DEVICE, new HotFilter(null, "", odd.columns(), Set.of(), "d-010000", 10));
    assertThat(second.entities()).extracting(HotEntity::key).containsExactly("d-010001");
    assertThat(second.next()).isNull();
  }

  @Test
  void aLookUpAndAPageAreReadByThePrimaryKeyAndAlertsByTheirKey() {
    execute(
        "insert into hot_row select 'devices', 'device', 'd-' || i, 'heartbeat', 1, 0, i,"
            + " '2026-03-01Z', '2026-03-01Z', '{}', '2026-06-01Z', '2026-06-01Z'"
            + " from generate_series(1, 20000) i");
    incident("i", "open");
    execute(
        "insert into alert select 'devices', 'a-' || i, 'i', 'offline', 'd-' || i, 'heartbeat',"
            + " 'firing', 'major', '', 1, now(), now(), now(), '{}', null, false, null"
            + " from generate_series(1, 20000) i");
    execute("analyze hot_row, alert, incident");

    String get =
        explained(
            connection -> {
              var select = connection.prepareStatement("explain " + HotTables.ENTITIES);
              HotTables.bind(connection, select, DEVICE, List.of("d-77"));
              return select;
            });
    String page =
        explained(
            connection ->
                new HotKeys(DEVICE, HotFilter.first(10), HotTables.timestamp(now))
                    .statement(connection, "explain "));

    assertThat(get)
        .contains("hot_row_pkey", "alert_firing_of_key")
        .doesNotContain("Seq Scan on hot_row", "Seq Scan on alert");
    assertThat(page).contains("hot_row_pkey").doesNotContain("Seq Scan on hot_row");
  }

  private static String explained(StateDatabase.Work<PreparedStatement> explain) {
    return database.transaction(
        "explain",
        connection -> {
          try (PreparedStatement select = explain.on(connection);
              ResultSet line = select.executeQuery()) {
            StringBuilder plan = new StringBuilder();
            while (line.next()) {
              plan.append(line.getString(1)).append('\n');
            }
            return plan.toString();
          }
        });
  }

  private List<String> prefixed(String prefix) {
    return keys(new HotFilter(null, prefix, Map.of(), Set.of(), "", 10));
  }

  private List<String> keys(HotFilter filter) {
    return tables.list(DEVICE, filter).entities().stream()
        .map(HotEntity::key)
        .collect(Collectors.toList());
  }

  private String columns(String key) {
    return tables.get(DEVICE, key).orElseThrow().rows().get(0).columns();
  }

  private HotRow heartbeat(String key, int epoch, long offset, String columns) {
    return row("heartbeat", key, epoch, offset, columns);
  }

  private HotRow row(String stream, String key, int epoch, long offset, String columns) {
    Instant received = now.plusMillis(offset);
    return new HotRow(
        "devices",
        "device",
        key,
        stream,
        epoch,
        3,
        offset,
        received,
        received.minusSeconds(5),
        columns,
        received.plus(TTL));
  }

  private static HotRow later(HotRow row) {
    return new HotRow(
        row.blueprint(),
        row.table(),
        row.key(),
        row.stream(),
        row.epoch(),
        row.partition(),
        row.offset(),
        row.receivedAt(),
        row.eventTime(),
        row.columns(),
        row.expiresAt().plus(TTL));
  }

  private static HotTable other(String name) {
    return new HotTable("devices", name, DEVICE.streams(), DEVICE.related(), "offline");
  }

  private static void incident(String id, String state) {
    execute(
        "insert into incident (id, blueprint, group_key, state, severity, summary, firing,"
            + " silenced, total, version, opened_at, since, actor, changed_at, turns, escalated)"
            + " values ('%s', 'devices', '%s', '%s', 'major', '', '{0,0,0,0,0}', 0, 0, 1, now(),"
                .formatted(id, id, state)
            + " now(), 'leat', now(), '{}', 0)");
  }

  private static void alert(
      String id, String incident, String detector, String stream, String key, String state) {
    execute(
        "insert into alert values ('devices', '%s', '%s', '%s', '%s', '%s', '%s', 'major', '', 1,"
                .formatted(id, incident, detector, key, stream, state)
            + " now(), now(), now(), '{}', null, false, null)");
  }

  private static long count() {
    return database.transaction(
        "count",
        connection -> {
          try (var statement = connection.createStatement();
              var row = statement.executeQuery("select count(*) from hot_row")) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  private static void execute(String sql) {
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}

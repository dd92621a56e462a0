package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.platform.Platform;
import io.leat.lake.LakeCatalog;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tables are damaged on purpose, and reconciling names exactly what was done. */
@Order(75)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReconcileStoryTest {
  private static final String STREAM = "devices.telemetry";

  /** One time for all: a repetition has to have the same bytes. */
  private final Instant time = Instant.now();

  private SharedPlatform.Running leat;
  private TestingClient client;

  @BeforeAll
  void startOneOfItsOwn() {
    leat = SharedPlatform.Running.start();
    client = leat.admin();
  }

  @AfterAll
  void stop() throws IOException {
    leat.close();
  }

  @Test
  void whatWasDamagedIsNamedToItsOffsets() throws Exception {
    String duplicates = batch("a", 0, 40) + batch("a", 0, 10) + quarantined("a-late");
    assertThat(
            client.post("/v1/events/" + STREAM, "application/x-ndjson", duplicates.getBytes(UTF_8)))
        .extracting(TestingClient.Answer::status)
        .isEqualTo(202);
    Books.settled(client);
    String clean = batch("b", 0, 60);
    assertThat(client.post("/v1/events/" + STREAM, "application/x-ndjson", clean.getBytes(UTF_8)))
        .extracting(TestingClient.Answer::status)
        .isEqualTo(202);
    Books books = Books.settled(client);
    assertThat(books).isEqualTo(new Books(111, 111, 100, 10, 1));

    Reconciled whole = Reconciled.whole(client);
    whole.isClean();
    assertThat(counts(whole)).isEqualTo(books);
    JsonNode gateway = whole.stream(STREAM).path("gateway");
    assertThat(gateway.path("logged").asLong()).isEqualTo(111);
    assertThat(gateway.path("acknowledged").asLong()).isEqualTo(111);
    assertThat(gateway.path("unclean_stops").asInt()).isZero();
    Reconciled.of(client, "?blueprint=devices").isClean();

    aProcessedFileIsTakenAway();
    Reconciled.whole(client).isClean();
    aRawFileIsThereTwice();
  }

  private static Books counts(Reconciled whole) {
    return Books.of(whole.stream(STREAM));
  }

  private void aProcessedFileIsTakenAway() throws Exception {
    Table processed = table("devices_processed");
    DataFile file = newest(processed);
    Set<String> before = positions("SELECT _log_partition, _log_offset FROM devices_processed");
    processed.newDelete().deleteFile(file).commit();
    Set<String> gone = new TreeSet<>(before);
    gone.removeAll(positions("SELECT _log_partition, _log_offset FROM devices_processed"));

    Reconciled found = Reconciled.whole(client);

    assertThat(gone).hasSize((int) file.recordCount());
    assertThat(found.codes(STREAM)).containsExactly("missing-in-processed");
    assertThat(found.positions(STREAM, "missing-in-processed")).isEqualTo(gone);
    assertThat(found.json().path("reconciled").asBoolean()).isFalse();
    processed.refresh();
    processed.newAppend().appendFile(file).commit();
  }

  private void aRawFileIsThereTwice() throws Exception {
    Table raw = table("devices_raw");
    DataFile file = newest(raw);
    raw.newAppend().appendFile(file).commit();
    Set<String> twice =
        positions(
            "SELECT log_partition, log_offset FROM devices_raw",
            "GROUP BY 1, 2 HAVING count(*) > 1");

    Reconciled found = Reconciled.whole(client);

    assertThat(twice).hasSize((int) file.recordCount());
    assertThat(found.codes(STREAM)).containsExactly("double-in-raw");
    assertThat(found.positions(STREAM, "double-in-raw")).isEqualTo(twice);
  }

  @Test
  void aPeriodThatIsNoneAndABlueprintThatIsNotThereAreRefused() throws Exception {
    assertThat(client.get("/v1/reconcile?from=yesterday").code()).isEqualTo("bad-request");
    assertThat(client.get("/v1/reconcile?from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:00Z").code())
        .isEqualTo("bad-request");
    assertThat(client.get("/v1/reconcile?blueprint=nothing").code()).isEqualTo("not-found");
    assertThat(client.get("/v1/reconcile?run=unknown").code()).isEqualTo("not-found");
    TestingClient reader = client.as(client.newKey("reads", "\"read\"", "\"*\""));
    assertThat(reader.get("/v1/reconcile").status()).isEqualTo(403);
    TestingClient faults = client.as(client.newKey("op", "\"operate\"", "\"devices.fault\""));
    Reconciled own = Reconciled.of(faults, "");
    assertThat(own.json().path("streams").findValuesAsText("stream"))
        .containsExactly("devices.fault");
    assertThat(client.get("/v1/reconcile?run=" + own.json().path("run").asText()).status())
        .isEqualTo(404);
  }

  private Set<String> positions(String select) throws Exception {
    return positions(select, "");
  }

  private Set<String> positions(String select, String more) throws Exception {
    return client.rows(select + ".telemetry " + more).stream()
        .map(row -> row.path(0).asInt() + "@" + row.path(1).asLong())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String batch(String run, int first, int next) {
    return IntStream.range(first, next)
        .mapToObj(
            i ->
                "{\"event_id\":\"%s-%d\",\"device_id\":\"d-%d\",\"ts\":\"%s\"}\n"
                    .formatted(run, i, i % 5, time))
        .collect(Collectors.joining());
  }

  private static String quarantined(String id) {
    return "{\"event_id\":\"%s\",\"device_id\":\"d-1\",\"ts\":\"1999-01-01T00:00:00Z\"}\n"
        .formatted(id);
  }

  private static DataFile newest(Table table) {
    return SnapshotChanges.builderFor(table)
        .snapshot(table.currentSnapshot())
        .build()
        .addedDataFiles()
        .iterator()
        .next();
  }

  /** The catalog of the running platform: what is done by it is a commit like any other. */
  private Table table(String namespace) throws Exception {
    Field field = Platform.class.getDeclaredField("foundation");
    field.setAccessible(true);
    Object foundation = field.get(leat.platform());
    Method catalog = foundation.getClass().getDeclaredMethod("catalog");
    catalog.setAccessible(true);
    LakeCatalog lake = (LakeCatalog) catalog.invoke(foundation);
    return lake.catalog().loadTable(TableIdentifier.of(namespace, "telemetry"));
  }
}

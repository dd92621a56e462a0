package io.leat.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leat starts on what an earlier Leat left behind, and not on what a later one did. */
@Order(72)
class UpgradeStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** The stream's window of deduplication, less a day. */
  private static final Duration KNOWN = Duration.ofDays(89);

  private final Path directory;

  UpgradeStoryTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void unpack() throws Exception {
    if (Boolean.getBoolean("leat.fixture.write")) {
      DataDirectoryFixture.write(directory);
    }
    DataDirectoryFixture.unpack();
  }

  @AfterEach
  void delete() throws Exception {
    DataDirectoryFixture.delete();
  }

  @Test
  void aDirectoryOfAnEarlierLeatGoesOn() throws Exception {
    Path data = DataDirectoryFixture.PLACE;
    try (LeatProcess leat = DataDirectoryFixture.up(directory, data)) {
      TestingClient client = leat.awaitReady(data);
      Books before = DataDirectoryFixture.BOOKS;
      DataDirectoryFixture.settled(client, before);
      assertThat(ids(client, "SELECT _event_id FROM gauges_processed.reading"))
          .containsExactlyInAnyOrderElementsOf(named(0, 20));
      assertThat(ids(client, "SELECT event_id FROM gauges_raw.quarantine"))
          .containsExactlyInAnyOrder("g-0", "g-wild");
      assertThat(client.number("SELECT count(*) FROM gauges_raw.rejected")).isOne();
      Instant received =
          Instant.parse(
              client
                  .rows(
                      "SELECT strftime(max(received_at), '%Y-%m-%dT%H:%M:%SZ') FROM"
                          + " gauges_raw.reading")
                  .get(0)
                  .path(0)
                  .asText());
      boolean isKnown = Instant.now().isBefore(received.plus(KNOWN));

      String more = DataDirectoryFixture.readings(20, 30) + DataDirectoryFixture.readings(5, 6);
      assertThat(DataDirectoryFixture.send(client, more)).isEqualTo(202);

      DataDirectoryFixture.settled(
          client,
          new Books(
              before.logged() + 11,
              before.raw() + 11,
              before.processed() + (isKnown ? 10 : 11),
              before.duplicates() + (isKnown ? 1 : 0),
              before.quarantined()));
      assertThat(ids(client, "SELECT DISTINCT _event_id FROM gauges_processed.reading"))
          .containsExactlyInAnyOrderElementsOf(named(0, 30));
      Reconciled.whole(client).isClean();
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
    assertThat(Files.readString(data.resolve("logs/leat.log")))
        .contains(" is upgraded from format ");
  }

  @Test
  void aDirectoryOfALaterLeatIsRefusedBeforeAnythingIsTouched() throws Exception {
    Path data = DataDirectoryFixture.PLACE;
    Files.writeString(data.resolve("leat-data-version"), "leat=99.0\nformat=99\npostgres=99\n");
    Map<String, String> before = state(data);
    try (LeatProcess leat = DataDirectoryFixture.up(directory, data)) {
      LeatProcess.Result ended = leat.await(SOON);

      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err())
          .contains("leat: The data directory " + data + " was written by Leat 99.0: format 99 (")
          .contains("Nothing was changed. Use that Leat or a newer one")
          .doesNotContain("\tat ");
    }
    Map<String, String> after = state(data);
    after.keySet().removeIf(file -> file.startsWith("logs"));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aMovedDirectoryIsRefusedUntilItsOldPlaceLeadsToIt() throws Exception {
    Path data = DataDirectoryFixture.PLACE;
    try (LeatProcess leat = DataDirectoryFixture.up(directory, data)) {
      leat.awaitReady(data);
      leat.signal("TERM");
      assertThat(leat.await(SOON).exitCode()).isEqualTo(0);
    }
    Path moved = data.resolveSibling("moved");
    Files.move(data, moved);
    try {
      try (LeatProcess leat = DataDirectoryFixture.up(directory, moved)) {
        LeatProcess.Result ended = leat.await(SOON);
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err())
            .contains("The data directory " + moved + " was moved or copied from " + data)
            .contains("ln -s " + moved + " " + data);
      }
      Files.createSymbolicLink(data, moved);
      try (LeatProcess leat = DataDirectoryFixture.up(directory, moved)) {
        TestingClient client = leat.awaitReady(moved);
        assertThat(DataDirectoryFixture.send(client, DataDirectoryFixture.readings(20, 25)))
            .isEqualTo(202);
        Until.holds(
            SOON,
            () ->
                ids(client, "SELECT _event_id FROM gauges_processed.reading")
                    .containsAll(named(0, 25)),
            "old and new rows are there");
      }
    } finally {
      Files.deleteIfExists(data);
      Folders.delete(moved);
    }
  }

  private static List<String> named(int first, int next) {
    return IntStream.range(first, next).mapToObj(i -> "g-" + i).toList();
  }

  private static List<String> ids(TestingClient client, String sql) throws Exception {
    return client.rows(sql).stream().map((JsonNode row) -> row.path(0).asText()).toList();
  }

  /** By file, when it was written and how large it is. */
  private static Map<String, String> state(Path data) throws Exception {
    Map<String, String> state = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        state.put(
            data.relativize(file).toString(),
            Files.getLastModifiedTime(file) + " " + Files.size(file));
      }
    }
    return state;
  }
}

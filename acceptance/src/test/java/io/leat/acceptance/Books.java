package io.leat.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The product's promise: every logged record is raw, and one of processed, duplicate, quarantined.
 */
record Books(long logged, long raw, long processed, long duplicates, long quarantined) {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final List<String> STREAMS =
      List.of("telemetry", "heartbeat", "fault", "transaction");

  /** Of totals that are all known. */
  static Books of(JsonNode totals) {
    for (String count : List.of("logged", "raw", "processed", "duplicates", "quarantined")) {
      if (!totals.path(count).isIntegralNumber()) {
        throw new IllegalStateException(count + " is not known: " + totals);
      }
    }
    return new Books(
        totals.path("logged").asLong(),
        totals.path("raw").asLong(),
        totals.path("processed").asLong(),
        totals.path("duplicates").asLong(),
        totals.path("quarantined").asLong());
  }

  static Books now(TestingClient client) throws IOException, InterruptedException {
    return of(client.status().path("totals"));
  }

  boolean isBalanced() {
    return logged == raw && raw == processed + duplicates + quarantined;
  }

  Books since(Books before) {
    return new Books(
        logged - before.logged,
        raw - before.raw,
        processed - before.processed,
        duplicates - before.duplicates,
        quarantined - before.quarantined);
  }

  /**
   * Waits until the tables hold what is logged, by the ledger and by counting the tables
   * themselves: each table of a checkpoint has a commit of its own, and the ledger's may come
   * first.
   */
  static Books settled(TestingClient client) throws IOException, InterruptedException {
    Books books =
        Until.fits(SOON, () -> now(client), Books::isBalanced, () -> "the books do not balance");
    return Until.fits(
        SOON,
        () -> counted(client, books),
        books::equals,
        () -> "the tables do not hold what the ledger says, " + books);
  }

  /**
   * What the tables hold, by counting their rows. Duplicates are in no table: they are believed.
   */
  private static Books counted(TestingClient client, Books books)
      throws IOException, InterruptedException {
    return new Books(
        books.logged,
        client.number("SELECT " + sum("devices_raw")),
        client.number("SELECT " + sum("devices_processed")),
        books.duplicates,
        client.number("SELECT count(*) FROM devices_raw.quarantine"));
  }

  private static String sum(String namespace) {
    return String.join(
        " + ",
        STREAMS.stream().map(s -> "(SELECT count(*) FROM " + namespace + "." + s + ")").toList());
  }
}

package io.leat.app.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.app.client.LeatClient;
import io.leat.app.client.SqlRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tables hold, counted by SQL as any client could.
 *
 * @param raw rows of each raw table, by stream
 * @param processed rows of each processed table, by stream
 * @param duplicates by stream, of the ledger
 * @param logged by stream, of the ledger
 * @param quarantined rows by code
 * @param rejected rows by code
 */
record Tallies(
    Map<String, Long> raw,
    Map<String, Long> processed,
    Map<String, Long> duplicates,
    Map<String, Long> logged,
    Map<String, Long> quarantined,
    Map<String, Long> rejected) {

  static Tallies count(LeatClient client, String blueprint, Collection<String> streams)
      throws IOException {
    Map<String, Map<String, Long>> found = new TreeMap<>();
    for (JsonNode row : SqlRows.all(client, sql(blueprint, streams))) {
      found
          .computeIfAbsent(row.path(0).asText(), k -> new TreeMap<>())
          .merge(row.path(1).asText(), row.path(2).asLong(), Long::sum);
    }
    return new Tallies(
        found.getOrDefault("raw", Map.of()),
        found.getOrDefault("processed", Map.of()),
        found.getOrDefault("duplicates", Map.of()),
        found.getOrDefault("logged", Map.of()),
        found.getOrDefault("quarantined", Map.of()),
        found.getOrDefault("rejected", Map.of()));
  }

  /** What has come since {@code before}. */
  Tallies since(Tallies before) {
    return new Tallies(
        minus(raw, before.raw),
        minus(processed, before.processed),
        minus(duplicates, before.duplicates),
        minus(logged, before.logged),
        minus(quarantined, before.quarantined),
        minus(rejected, before.rejected));
  }

  static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Rows that the log's records have become, and duplicates. */
  long settled() {
    return sum(processed) + sum(duplicates) + sum(quarantined);
  }

  private static Map<String, Long> minus(Map<String, Long> after, Map<String, Long> before) {
    Map<String, Long> difference = new TreeMap<>();
    after.forEach(
        (name, n) -> {
          long more = n - before.getOrDefault(name, 0L);
          if (more != 0) {
            difference.put(name, more);
          }
        });
    return difference;
  }

  private static String sql(String blueprint, Collection<String> streams) {
    List<String> parts = new ArrayList<>();
    for (String stream : streams) {
      parts.add(rows("raw", stream, blueprint + "_raw." + stream));
      parts.add(rows("processed", stream, blueprint + "_processed." + stream));
    }
    String raw = blueprint + "_raw.";
    parts.add(grouped("quarantined", "code", "count(*)", raw + "quarantine"));
    parts.add(grouped("rejected", "code", "count(*)", raw + "rejected"));
    parts.add(grouped("duplicates", "stream", "sum(duplicates)", raw + "ledger"));
    parts.add(grouped("logged", "stream", "sum(logged)", raw + "ledger"));
    return String.join("\nUNION ALL ", parts);
  }

  private static String rows(String kind, String name, String table) {
    return "SELECT '%s' AS kind, '%s' AS name, CAST(count(*) AS BIGINT) AS n FROM %s"
        .formatted(kind, name, table);
  }

  private static String grouped(String kind, String by, String what, String table) {
    return "SELECT '%s' AS kind, %s AS name, CAST(%s AS BIGINT) AS n FROM %s GROUP BY %s"
        .formatted(kind, by, what, table, by);
  }
}

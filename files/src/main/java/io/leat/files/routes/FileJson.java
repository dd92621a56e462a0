package io.leat.files.routes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.files.ledger.Attempt;
import io.leat.files.ledger.Failure;
import io.leat.files.ledger.FileState;
import io.leat.files.ledger.LedgerFile;
import io.leat.files.ledger.Progress;
import io.leat.files.ledger.SourceCounts;
import io.leat.files.ledger.Totals;
import io.leat.files.work.Breakers;
import io.leat.files.work.FileSource;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files as JSON. */
final class FileJson {
  static final ObjectMapper JSON = new ObjectMapper();

  private FileJson() {}

  /**
   * A file.
   *
   * @param live how far the work on it is, if this process does it
   */
  static ObjectNode of(LedgerFile file, @Nullable Progress live) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", file.id());
    json.put("blueprint", file.seen().blueprint());
    json.put("source", file.seen().source());
    json.put("name", file.seen().name());
    json.put("state", file.state().name().text());
    json.put("since", file.state().since().toString());
    json.put("location", file.seen().location());
    json.put("version", file.seen().version());
    json.put("size", file.seen().size());
    json.put("sha256", file.sha256());
    json.put("discovered_at", file.discoveredAt().toString());
    json.put("attempts", file.fence());
    boolean isDue =
        file.state() instanceof FileState.Failed || file.state() instanceof FileState.Discovered;
    put(json, "next_attempt_at", isDue ? file.nextAttemptAt() : null);
    json.put("worker", file.worker());
    put(json, file.failure());
    json.put("same_as", file.sameAs());
    json.put("destination", file.destination());
    // That of a file that was published in the end is gone, or is about to be.
    json.put("dead_letter", file.state() instanceof FileState.Published ? null : file.deadLetter());
    progress(json, file, live);
    totals(json, file);
    return json;
  }

  private static void progress(ObjectNode json, LedgerFile file, @Nullable Progress live) {
    if (!(file.state() instanceof FileState.Working)) {
      json.putNull("progress");
      return;
    }
    Progress progress = live == null ? file.progress() : live;
    ObjectNode of = json.putObject("progress");
    of.put("rows", progress.rows());
    of.put("of_rows", file.totalRows());
    of.put("bytes_read", progress.bytesRead());
    of.put("bytes_written", progress.bytesWritten());
  }

  private static void totals(ObjectNode json, LedgerFile file) {
    Totals totals = file.totals();
    if (totals == null) {
      json.putNull("rows");
    } else {
      ObjectNode rows = json.putObject("rows");
      rows.put("in", totals.rowsIn());
      rows.put("out", totals.rowsOut());
      rows.put("filtered", totals.rowsFiltered());
      rows.put("rejected", totals.rowsRejected());
      rows.put("loaded", file.rowsLoaded());
      rows.put("refused", file.rowsRefused());
    }
    json.put("parts", totals == null ? null : totals.parts());
    json.put("output_bytes", totals == null ? null : totals.bytes());
    put(json, "published_at", file.publishedAt());
  }

  static ObjectNode of(Attempt attempt) {
    ObjectNode json = JSON.createObjectNode();
    json.put("attempt", attempt.number());
    json.put("worker", attempt.worker());
    json.put("started_at", attempt.startedAt().toString());
    put(json, "ended_at", attempt.endedAt());
    json.put("outcome", attempt.outcome());
    put(json, attempt.failure());
    json.put("from_row_group", attempt.fromRowGroup());
    json.put("rows_read", attempt.rowsRead());
    json.put("bytes_written", attempt.bytesWritten());
    ObjectNode took = json.putObject("took_ms");
    took.put("fetch", attempt.durations().fetch());
    took.put("validate", attempt.durations().validate());
    took.put("convert", attempt.durations().convert());
    took.put("publish", attempt.durations().publish());
    return json;
  }

  /** A source; those that the ledger has no file of have counts of 0. */
  static ObjectNode of(FileSource source, List<SourceCounts> counts) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", source.name());
    json.put("blueprint", source.blueprint());
    json.put("source", source.spec().name());
    json.put("description", source.spec().description());
    var where = source.spec().arrival().where();
    json.put("from", where == null ? "upload" : where.text());
    json.put("to", source.spec().to().text());
    SourceCounts of =
        counts.stream()
            .filter(
                one ->
                    one.blueprint().equals(source.blueprint())
                        && one.source().equals(source.spec().name()))
            .findFirst()
            .orElse(null);
    ObjectNode files = json.putObject("files");
    for (FileState.Name state : FileState.Name.values()) {
      files.put(state.text(), of == null ? 0 : of.of(state));
    }
    put(json, "oldest_waiting", of == null ? null : of.oldestWaiting());
    put(json, "published_at", of == null ? null : of.publishedAt());
    ArrayNode away = json.putArray("not_answering");
    for (Breakers.Side side : Breakers.Side.values()) {
      if (source.breakers().isOpen(side)) {
        away.addObject().put("side", side.text()).put("reason", source.breakers().reason(side));
      }
    }
    return json;
  }

  private static void put(ObjectNode json, @Nullable Failure failure) {
    json.put("category", failure == null ? null : failure.category().text());
    json.put("code", failure == null ? null : failure.code());
    json.put("reason", failure == null ? null : failure.reason());
  }

  private static void put(ObjectNode json, String name, @Nullable Instant time) {
    json.put(name, time == null ? null : time.toString());
  }
}

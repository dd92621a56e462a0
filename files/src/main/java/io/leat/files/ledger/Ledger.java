package io.leat.files.ledger;

import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves files along their states, each in one transaction with the row of its attempt. Of several
 * that work on a file only the one with the newest lease may: others get a {@link
 * LeaseLostException}. Leases run by the database's clock. Thread-safe; blocks.
 */
public final class Ledger {
  private static final String WORKED_ON =
      "('discovered', 'validating', 'converting', 'publishing', 'loading', 'failed')";
  private static final String MINE = " where id = ? and fence = ? and lease_owner = ?";
  private static final String FREE = ", lease_owner = null, lease_until = null";

  private final StateDatabase database;
  private final InstantSource clock;
  private final Duration lease;

  /**
   * @param lease how long a worker may be silent before another takes its file
   */
  public Ledger(StateDatabase database, InstantSource clock, Duration lease) {
    this.database = database;
    this.clock = clock;
    this.lease = lease;
  }

  /**
   * Enters files that were seen. Those that are in the ledger already stay as they are.
   *
   * @return how many are new
   */
  public int discover(Collection<Sighting> seen) {
    if (seen.isEmpty()) {
      return 0;
    }
    return database.transaction(
        "enter files",
        connection -> {
          int added = 0;
          for (Sighting one : seen) {
            added +=
                Sql.update(
                    connection,
                    "insert into file (id, blueprint, source, name, location, version, size,"
                        + " discovered_at, state, since, next_attempt_at) values (?, ?, ?, ?, ?,"
                        + " ?, ?, ?, 'discovered', ?, clock_timestamp()) on conflict do nothing",
                    one.id(),
                    one.blueprint(),
                    one.source(),
                    one.name(),
                    one.location(),
                    one.version(),
                    one.size(),
                    now(),
                    now());
          }
          return added;
        });
  }

  /**
   * Takes the file that is due for longest.
   *
   * @param owner {@code <instance>/<worker>}
   * @param sources whose files: {@code blueprint.source}
   */
  public Optional<Claimed> claim(String owner, Collection<String> sources) {
    if (sources.isEmpty()) {
      return Optional.empty();
    }
    return database.transaction(
        "claim a file",
        connection -> {
          Optional<LedgerFile> taken =
              Sql.first(
                  connection,
                  "with due as (select id as due_id from file where state in "
                      + WORKED_ON
                      + " and next_attempt_at <= clock_timestamp() and (lease_until is null or"
                      + " lease_until < clock_timestamp()) and blueprint || '.' || source = any(?)"
                      + " order by next_attempt_at, id limit 1 for update skip locked)"
                      + " update file set state = 'validating', since = ?, fence = fence + 1,"
                      + " lease_owner = ?, lease_until = clock_timestamp() + ? * interval '1 ms',"
                      + " rows_read = 0, bytes_read = 0, bytes_written = 0, progress_at = null,"
                      + " tidied = false"
                      + " from due where id = due_id returning "
                      + FileRows.COLUMNS,
                  FileRows::read,
                  sources,
                  now(),
                  owner,
                  lease.toMillis());
          return taken.isEmpty()
              ? Optional.<Claimed>empty()
              : Optional.of(begin(connection, owner, taken.get()));
        });
  }

  private Claimed begin(Connection connection, String owner, LedgerFile file) throws SQLException {
    Sql.update(
        connection,
        "update file_attempt set outcome = 'lost', ended_at = ? where file = ? and ended_at is"
            + " null",
        now(),
        file.id());
    Sql.update(
        connection,
        "insert into file_attempt (file, attempt, worker, started_at) values (?, ?, ?, ?)",
        file.id(),
        file.fence(),
        owner,
        now());
    int lost =
        Sql.first(
                connection,
                "select count(*) from file_attempt a join file f on f.id = a.file where a.file = ?"
                    + " and a.outcome = 'lost' and a.attempt > f.retried_fence",
                row -> row.getInt(1),
                file.id())
            .orElse(0);
    return new Claimed(
        new Lease(file.id(), file.fence(), owner),
        file,
        new FileState.Validating(file.state().since()),
        lost);
  }

  /**
   * Gives up what an earlier run of this process had: it is dead.
   *
   * @param instance the beginning of its owners' names
   * @return how many files
   */
  public int release(String instance) {
    return database.transaction(
        "release files",
        connection ->
            Sql.update(
                connection,
                "update file set lease_until = clock_timestamp() - interval '1 ms' where"
                    + " lease_owner is not null and starts_with(lease_owner, ?)",
                instance + "/"));
  }

  /** Where its output goes, from its first attempt on; an earlier attempt's answer stays. */
  public String destination(Lease of, String wanted) {
    return database.transaction(
        "note a file's destination",
        connection -> {
          require(
              of,
              Sql.update(
                  connection,
                  "update file set destination = coalesce(destination, ?)" + MINE,
                  wanted,
                  of.file(),
                  of.fence(),
                  of.owner()));
          return Sql.first(
                  connection,
                  "select destination from file where id = ?",
                  row -> row.getString(1),
                  of.file())
              .orElseThrow();
        });
  }

  /**
   * Notes what its bytes are. Of files with the same key one is worked on.
   *
   * @param key the same for files that count as the same
   * @return the id of the other file that has the key; then nothing was noted
   */
  public Optional<String> content(Lease of, String sha256, String key) {
    return database.transaction(
        "note a file's content",
        connection -> {
          LedgerFile file = found(connection, of.file());
          // Whoever comes second waits for the first one's transaction.
          Sql.first(
              connection,
              "select pg_advisory_xact_lock(hashtextextended(?, 23))",
              row -> 0,
              file.seen().blueprint() + "." + file.seen().source() + " " + key);
          Optional<String> other =
              Sql.first(
                  connection,
                  "select id from file where blueprint = ? and source = ? and content_key = ? and"
                      + " id <> ?",
                  row -> row.getString(1),
                  file.seen().blueprint(),
                  file.seen().source(),
                  key,
                  of.file());
          require(
              of,
              Sql.update(
                  connection,
                  "update file set sha256 = ?, content_key = ?" + MINE,
                  sha256,
                  other.isPresent() ? null : key,
                  of.file(),
                  of.fence(),
                  of.owner()));
          return other;
        });
  }

  /** Moves it one step on. */
  public void move(Lease of, FileState from, FileState.Working to) {
    database.transaction(
        "note a file's state",
        connection -> {
          step(connection, of, from, to, "", List.of());
          return to;
        });
  }

  /**
   * It can be converted.
   *
   * @param rows of it
   * @param fromRowGroup where conversion begins
   */
  public FileState.Converting convert(
      Lease of, FileState.Validating from, long rows, int fromRowGroup) {
    FileState.Converting to = from.convert(now());
    database.transaction(
        "note a file's state",
        connection -> {
          step(connection, of, from, to, ", total_rows = ?", List.of(rows));
          Sql.update(
              connection,
              "update file_attempt set from_row_group = ? where file = ? and attempt = ?",
              fromRowGroup,
              of.file(),
              of.fence());
          return to;
        });
    return to;
  }

  /**
   * How far it is. Whoever says so keeps the file.
   *
   * @param resume what is finished, as JSON; null: as it was
   */
  public void progress(Lease of, Progress progress, @Nullable String resume) {
    database.transaction(
        "note a file's progress",
        connection ->
            require(
                of,
                Sql.update(
                    connection,
                    "update file set rows_read = ?, bytes_read = ?, bytes_written = ?,"
                        + " progress_at = ?, resume = coalesce(?::jsonb, resume), lease_until ="
                        + " clock_timestamp() + ? * interval '1 ms'"
                        + MINE,
                    progress.rows(),
                    progress.bytesRead(),
                    progress.bytesWritten(),
                    now(),
                    resume,
                    lease.toMillis(),
                    of.file(),
                    of.fence(),
                    of.owner())));
  }

  /** What was finished is of no use: the next attempt begins anew. */
  public void startAnew(Lease of) {
    database.transaction(
        "forget a file's parts",
        connection ->
            require(
                of,
                Sql.update(
                    connection,
                    "update file set resume = null" + MINE,
                    of.file(),
                    of.fence(),
                    of.owner())));
  }

  /** Its output is visible; its rows are yet to go to a stream. */
  public FileState.Loading load(
      Lease of, FileState.Publishing from, Totals totals, Instant publishedAt) {
    FileState.Loading to = from.load(now());
    database.transaction(
        "note a published file",
        connection -> {
          step(
              connection,
              of,
              from,
              to,
              TOTALS + ", rows_loaded = coalesce(rows_loaded, 0)",
              totals(totals, publishedAt));
          return to;
        });
    return to;
  }

  /** Rows went to the stream. Whoever says so keeps the file. */
  public void loaded(Lease of, long rows, long refused) {
    database.transaction(
        "note loaded rows",
        connection ->
            require(
                of,
                Sql.update(
                    connection,
                    "update file set rows_loaded = ?, rows_refused = ?, lease_until ="
                        + " clock_timestamp() + ? * interval '1 ms'"
                        + MINE,
                    rows,
                    refused,
                    lease.toMillis(),
                    of.file(),
                    of.fence(),
                    of.owner())));
  }

  private static final String TOTALS =
      ", rows_in = ?, rows_out = ?, rows_filtered = ?, rows_rejected = ?, parts = ?,"
          + " output_bytes = ?, published_at = ?, resume = null";

  private static List<@Nullable Object> totals(Totals totals, Instant at) {
    List<@Nullable Object> all = new ArrayList<>();
    all.add(totals.rowsIn());
    all.add(totals.rowsOut());
    all.add(totals.rowsFiltered());
    all.add(totals.rowsRejected());
    all.add(totals.parts());
    all.add(totals.bytes());
    all.add(Sql.micros(at));
    return all;
  }

  /** Over, and well. */
  public void published(
      Lease of, FileState.Publishing from, Totals totals, Instant publishedAt, Durations took) {
    database.transaction(
        "note a published file",
        connection -> {
          step(connection, of, from, from.done(now()), TOTALS + OVER, totals(totals, publishedAt));
          return end(connection, of, "published", null, took);
        });
  }

  private static final String OVER =
      FREE + ", failures = 0, category = null, code = null, reason = null";

  /** Over, and well: its rows are in the stream. */
  public void published(Lease of, FileState.Loading from, Durations took) {
    database.transaction(
        "note a loaded file",
        connection -> {
          step(connection, of, from, from.done(now()), OVER, List.of());
          return end(connection, of, "published", null, took);
        });
  }

  /** It is tried again after a pause. */
  public void failed(
      Lease of, FileState.Working from, Failure failure, Duration pause, Durations took) {
    database.transaction(
        "note a file's failure",
        connection -> {
          List<@Nullable Object> values = new ArrayList<>(failureValues(failure));
          values.add(pause.toMillis());
          step(
              connection,
              of,
              from,
              from.fail(now()),
              FAILURE
                  + FREE
                  + ", failures = failures + 1, next_attempt_at = clock_timestamp() + ? * interval"
                  + " '1 ms'",
              values);
          return end(connection, of, "failed", failure, took);
        });
  }

  private static final String FAILURE = ", category = ?, code = ?, reason = ?";

  private static List<@Nullable Object> failureValues(Failure failure) {
    return List.of(failure.category().text(), failure.code(), failure.reason());
  }

  /**
   * Nobody tries it again.
   *
   * @param place where it lies now; null where it lay
   */
  public void deadLettered(
      Lease of, FileState.Working from, Failure failure, @Nullable String place, Durations took) {
    database.transaction(
        "note a dead letter",
        connection -> {
          List<@Nullable Object> values = new ArrayList<>(failureValues(failure));
          values.add(place);
          step(
              connection,
              of,
              from,
              from.giveUp(now()),
              FAILURE
                  + FREE
                  + ", failures = failures + 1, content_key = null, resume = null,"
                  + " dead_letter = coalesce(?, dead_letter)",
              values);
          Duplicates.reopen(connection, of.file(), now());
          return end(connection, of, "dead_lettered", failure, took);
        });
  }

  /** How the file stands that another one is the same as. */
  public enum Original {
    /** It does not count any more. */
    GONE,
    /** It may yet come to nothing: then the other counts again. */
    UNFINISHED,
    /** Its output is there. */
    PUBLISHED
  }

  /**
   * Another file is the same. What is the same as this one counts again, and is compared anew.
   *
   * @return how the other stands; when it is gone, nothing was noted
   */
  public Original duplicate(Lease of, FileState.Validating from, String other, Durations took) {
    return database.transaction(
        "note a duplicate",
        connection -> {
          Original original = original(connection, other);
          if (original == Original.GONE) {
            return original;
          }
          step(
              connection,
              of,
              from,
              from.sameAsAnother(now()),
              ", same_as = ?, failures = 0, category = null, code = null, reason = null" + FREE,
              List.of(other));
          Duplicates.reopen(connection, of.file(), now());
          end(connection, of, "duplicate", null, took);
          return original;
        });
  }

  /** It holds the row, so that the other cannot come to nothing meanwhile. */
  private static Original original(Connection connection, String id) throws SQLException {
    return Sql.first(
            connection,
            "select published_at is not null from file where id = ? and content_key is not null for"
                + " share",
            row -> row.getBoolean(1) ? Original.PUBLISHED : Original.UNFINISHED,
            id)
        .orElse(Original.GONE);
  }

  /** Of a file that is over nothing is left but its output or its dead letter. */
  public void tidied(String id) {
    database.transaction(
        "note that a file is tidied up",
        connection ->
            Sql.update(
                connection,
                "update file set tidied = true, dead_letter = case when state = 'dead_lettered'"
                    + " then dead_letter end where id = ? and state in ('published', 'duplicate',"
                    + " 'dead_lettered', 'forgotten')",
                id));
  }

  /** Whoever worked on it stops. */
  public void handBack(Lease of, FileState.Working from, Durations took) {
    database.transaction(
        "hand a file back",
        connection -> {
          step(
              connection,
              of,
              from,
              from.handBack(now()),
              FREE + ", next_attempt_at = clock_timestamp()",
              List.of());
          return end(connection, of, "handed_back", null, took);
        });
  }

  private void step(
      Connection connection,
      Lease of,
      FileState from,
      FileState to,
      String more,
      List<? extends @Nullable Object> values)
      throws SQLException {
    List<@Nullable Object> all = new ArrayList<>();
    all.add(to.name().text());
    all.add(Sql.micros(to.since()));
    all.addAll(values);
    all.add(of.file());
    all.add(of.fence());
    all.add(of.owner());
    all.add(from.name().text());
    require(
        of,
        Sql.update(
            connection,
            "update file set state = ?, since = ?" + more + MINE + " and state = ?",
            all.toArray()));
  }

  private int end(
      Connection connection, Lease of, String outcome, @Nullable Failure failure, Durations took)
      throws SQLException {
    return Sql.update(
        connection,
        "update file_attempt a set ended_at = ?, outcome = ?, category = ?, code = ?, reason = ?,"
            + " rows_read = f.rows_read, bytes_written = f.bytes_written, fetch_ms = ?,"
            + " validate_ms = ?, convert_ms = ?, publish_ms = ? from file f where f.id = a.file"
            + " and a.file = ? and a.attempt = ?",
        now(),
        outcome,
        failure == null ? null : failure.category().text(),
        failure == null ? null : failure.code(),
        failure == null ? null : failure.reason(),
        took.fetch(),
        took.validate(),
        took.convert(),
        took.publish(),
        of.file(),
        of.fence());
  }

  private static LedgerFile found(Connection connection, String id) throws SQLException {
    return Sql.first(
            connection,
            "select " + FileRows.COLUMNS + " from file where id = ?",
            FileRows::read,
            id)
        .orElseThrow(() -> new IllegalStateException("the file " + id + " is gone"));
  }

  private static int require(Lease of, int changed) {
    if (changed == 0) {
      throw new LeaseLostException(of);
    }
    return changed;
  }

  private Instant now() {
    return Sql.micros(clock.instant());
  }
}

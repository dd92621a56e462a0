package io.leat.files.ledger;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.state.StateDatabase;
import io.leat.state.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What people ask the ledger, and what they change in it. Thread-safe; blocks. */
public final class LedgerSearch {
  private final StateDatabase database;
  private final InstantSource clock;

  public LedgerSearch(StateDatabase database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A file with its attempts, the newest first.
   *
   * @param attempts at most as many as were asked for
   */
  public record Detail(LedgerFile file, List<Attempt> attempts) {
    public Detail {
      attempts = List.copyOf(attempts);
    }
  }

  /** The newest first. */
  public List<LedgerFile> list(FileFilter filter) {
    StringBuilder where = new StringBuilder(" where true");
    List<@Nullable Object> values = new ArrayList<>();
    and(where, values, " and blueprint = any(?)", filter.readable());
    and(where, values, " and blueprint = ?", filter.blueprint());
    and(where, values, " and source = ?", filter.source());
    if (!filter.states().isEmpty()) {
      and(
          where,
          values,
          " and state = any(?)",
          filter.states().stream().map(FileState.Name::text).toList());
    }
    String name = filter.name();
    and(where, values, " and name like ? escape '\\'", name == null ? null : pattern(name));
    and(where, values, " and discovered_at >= ?", filter.from());
    and(where, values, " and discovered_at < ?", filter.to());
    and(
        where,
        values,
        " and (discovered_at, id) < (select discovered_at, id from file where id = ?)",
        filter.after());
    values.add(filter.limit());
    return database.transaction(
        "list files",
        connection ->
            Sql.list(
                connection,
                "select "
                    + FileRows.COLUMNS
                    + " from file"
                    + where
                    + " order by discovered_at desc, id desc limit ?",
                FileRows::read,
                values.toArray()));
  }

  private static void and(
      StringBuilder where, List<@Nullable Object> values, String condition, @Nullable Object is) {
    if (is != null) {
      where.append(condition);
      values.add(is);
    }
  }

  /** A glob is one; other text may stand anywhere in the name. */
  private static String pattern(String name) {
    String escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0
        ? escaped.replace('*', '%').replace('?', '_')
        : "%" + escaped + "%";
  }

  /**
   * A file with its newest attempts.
   *
   * @throws LeatException NOT_FOUND
   */
  public Detail show(String id, int attempts) {
    return database.transaction(
        "show a file",
        connection ->
            new Detail(
                found(connection, id, ""),
                Sql.list(
                    connection,
                    "select * from file_attempt where file = ? order by attempt desc limit ?",
                    FileRows::attempt,
                    id,
                    attempts)));
  }

  /**
   * Has a file tried again, at once and as if for the first time.
   *
   * @throws LeatException NOT_FOUND; CONFLICT when there is nothing to be tried again
   */
  public LedgerFile retry(String id, String actor) {
    return change(
        id,
        actor,
        "retried",
        "Only one that failed or is a dead letter can be.",
        state -> {
          if (state instanceof FileState.DeadLettered dead) {
            return Optional.of(dead.retry(now()));
          }
          return state instanceof FileState.Failed failed
              ? Optional.of(failed.retry(now()))
              : Optional.empty();
        },
        ", failures = 0, retried_fence = fence, next_attempt_at = clock_timestamp()");
  }

  /**
   * Wants nothing more of a file: its content may come again, and counts as new then. The same
   * version at the same place does not: it was there all the time, as far as anybody can tell.
   *
   * @throws LeatException NOT_FOUND; CONFLICT while it is worked on
   */
  public LedgerFile forget(String id, String actor) {
    return change(
        id,
        actor,
        "forgotten",
        "Wait until nobody works on it.",
        state -> {
          if (state instanceof FileState.Discovered discovered) {
            return Optional.of(discovered.forget(now()));
          }
          if (state instanceof FileState.Failed failed) {
            return Optional.of(failed.forget(now()));
          }
          if (state instanceof FileState.DeadLettered dead) {
            return Optional.of(dead.forget(now()));
          }
          if (state instanceof FileState.Published published) {
            return Optional.of(published.forget(now()));
          }
          return state instanceof FileState.Duplicate duplicate
              ? Optional.of(duplicate.forget(now()))
              : Optional.empty();
        },
        ", content_key = null, resume = null, tidied = false");
  }

  /** What follows a state; empty when it does not allow that. */
  private interface Step {
    Optional<? extends FileState> from(FileState state);
  }

  private LedgerFile change(
      String id, String actor, String what, String instead, Step step, String more) {
    return database.transaction(
        "change a file",
        connection -> {
          LedgerFile file = found(connection, id, " for update");
          FileState next =
              step.from(file.state())
                  .orElseThrow(
                      () ->
                          new LeatException(
                              ErrorCode.CONFLICT,
                              "File "
                                  + id
                                  + " is "
                                  + file.state().name().text().replace('_', ' ')
                                  + "; it cannot be "
                                  + what
                                  + ". "
                                  + instead));
          Sql.update(
              connection,
              "update file set state = ?, since = ?, actor = ?, lease_owner = null, lease_until ="
                  + " null"
                  + more
                  + " where id = ?",
              next.name().text(),
              Sql.micros(next.since()),
              actor,
              id);
          if (next instanceof FileState.Forgotten) {
            Duplicates.reopen(connection, id, next.since());
          }
          return found(connection, id, "");
        });
  }

  /** Of all sources that files came from. */
  public List<SourceCounts> counts() {
    record Row(String blueprint, String source, FileState.Name state, long count, Instant oldest) {}

    List<Row> rows =
        database.transaction(
            "count files",
            connection ->
                Sql.list(
                    connection,
                    "select blueprint, source, state, count(*) as files, case when state ="
                        + " 'published' then max(published_at) else min(discovered_at) end as at"
                        + " from file group by blueprint, source, state",
                    row ->
                        new Row(
                            row.getString("blueprint"),
                            row.getString("source"),
                            FileRows.name(row.getString("state")),
                            row.getLong("files"),
                            Sql.time(row, "at"))));
    Map<String, List<Row>> bySource = new TreeMap<>();
    rows.forEach(
        row ->
            bySource
                .computeIfAbsent(row.blueprint() + "." + row.source(), any -> new ArrayList<>())
                .add(row));
    List<SourceCounts> all = new ArrayList<>();
    for (List<Row> of : bySource.values()) {
      Map<FileState.Name, Long> counts = new EnumMap<>(FileState.Name.class);
      Instant oldest = null;
      Instant published = null;
      for (Row row : of) {
        counts.put(row.state(), row.count());
        if (row.state() == FileState.Name.PUBLISHED) {
          published = row.oldest();
        } else if (isWaiting(row.state()) && (oldest == null || row.oldest().isBefore(oldest))) {
          oldest = row.oldest();
        }
      }
      all.add(
          new SourceCounts(of.get(0).blueprint(), of.get(0).source(), counts, oldest, published));
    }
    return all;
  }

  private static boolean isWaiting(FileState.Name state) {
    return switch (state) {
      case DISCOVERED, VALIDATING, CONVERTING, PUBLISHING, LOADING, FAILED -> true;
      case PUBLISHED, DEAD_LETTERED, DUPLICATE, FORGOTTEN -> false;
    };
  }

  /**
   * Files of a source that have been over for longer than they are to be kept, the oldest first;
   * dead letters are kept.
   *
   * @param after the last of the page before; null for the first page
   */
  public List<LedgerFile> over(
      String blueprint, String source, Instant before, @Nullable LedgerFile after, int most) {
    return database.transaction(
        "find old files",
        connection ->
            Sql.list(
                connection,
                "select "
                    + FileRows.COLUMNS
                    + " from file where blueprint = ? and source = ? and since < ? and (since, id)"
                    + " > (?, ?) and state in ('published', 'duplicate', 'forgotten') order by"
                    + " since, id limit ?",
                FileRows::read,
                blueprint,
                source,
                before,
                after == null ? Instant.EPOCH : after.state().since(),
                after == null ? "" : after.id(),
                most));
  }

  /**
   * Files that are over and may have left something, the oldest first. Of those that are the same
   * as another only when that one is published: until then their bytes may be needed. Dead letters
   * only if they were put somewhere.
   *
   * @param sources whose files: {@code blueprint.source}
   * @param after the last of the page before; null for the first page
   */
  public List<LedgerFile> untidy(Collection<String> sources, @Nullable LedgerFile after, int most) {
    return database.transaction(
        "find files to tidy up after",
        connection ->
            Sql.list(
                connection,
                "select "
                    + FileRows.COLUMNS
                    + " from file where not tidied and state in ('published', 'duplicate',"
                    + " 'dead_lettered', 'forgotten') and blueprint || '.' || source = any(?) and"
                    + " (since, id) > (?, ?) and (state <> 'duplicate' or exists (select from file"
                    + " o where o.id = file.same_as and o.published_at is not null)) and (state <>"
                    + " 'dead_lettered' or dead_letter is not null) order by since, id limit ?",
                FileRows::read,
                sources,
                after == null ? Instant.EPOCH : after.state().since(),
                after == null ? "" : after.id(),
                most));
  }

  /** Removes rows, with their attempts. */
  public int remove(List<String> ids) {
    return ids.isEmpty()
        ? 0
        : database.transaction(
            "remove old files",
            connection ->
                Sql.update(
                    connection,
                    "delete from file where id = any(?) and state in ('published', 'duplicate',"
                        + " 'forgotten')",
                    ids));
  }

  /** The state of this name, as routes write it. */
  public static Optional<FileState.Name> state(String text) {
    String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
    for (FileState.Name name : FileState.Name.values()) {
      if (name.name().equals(wanted)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private static LedgerFile found(Connection connection, String id, String lock)
      throws SQLException {
    return Sql.first(
            connection,
            "select " + FileRows.COLUMNS + " from file where id = ?" + lock,
            FileRows::read,
            id)
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.NOT_FOUND,
                    "There is no file '" + id + "'; `leat files list` shows them."));
  }

  private Instant now() {
    return Sql.micros(clock.instant());
  }
}

package io.leat.app.detect;

import io.leat.state.HotRow;
import io.leat.state.HotTables;
import io.leat.state.StateDatabase;
import io.leat.state.StateSettings;
import io.leat.stream.hot.HotTableSink;
import io.leat.stream.hot.HotWrite;
import java.time.InstantSource;
import java.util.List;

/**
 * Has tables of newest states written to PostgreSQL: each task opens one connection of its own.
 *
 * @param url as of {@link StateSettings}
 * @param user the role that owns the tables
 * @param password may be empty
 */
public record HotTableWriters(String url, String user, String password)
    implements HotTableSink.Writers {
  /** Into the database of these settings. */
  public static HotTableWriters to(StateSettings state) {
    return new HotTableWriters(state.url(), state.user(), state.password());
  }

  @Override
  public HotTableSink.Writer open() {
    StateSettings settings = StateSettings.of(url, user, password);
    StateDatabase database =
        StateDatabase.connect(
            new StateSettings(
                url, user, password, 1, settings.connectTimeout(), settings.answerTimeout()));
    return new ToState(database, new HotTables(database, InstantSource.system()));
  }

  private record ToState(StateDatabase database, HotTables tables) implements HotTableSink.Writer {
    @Override
    public void write(List<HotWrite> sorted) {
      tables.upsert(sorted.stream().map(ToState::row).toList());
    }

    private static HotRow row(HotWrite write) {
      return new HotRow(
          write.blueprint(),
          write.table(),
          write.key(),
          write.stream(),
          write.position().epoch(),
          write.position().partition(),
          write.position().offset(),
          write.received(),
          write.time(),
          write.columns(),
          write.expires());
    }

    @Override
    public void close() {
      database.close();
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "HotTableWriters[url=" + url + ", user=" + user + "]";
  }
}

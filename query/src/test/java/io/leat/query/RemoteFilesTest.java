package io.leat.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables' files are not on this machine's disk. */
class RemoteFilesTest {
  private static final TableIdentifier ID = TableIdentifier.of("lake", "numbers");
  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "number", Types.LongType.get()));
  private static final String SUM = "SELECT count(*), sum(number) FROM lake.numbers";

  private final QuerySettings settings;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger reads = new AtomicInteger();
  private final InMemoryCatalog catalog = new CatalogOfRemoteFiles();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private @Nullable QueryEngine engine;

  RemoteFilesTest(@TempDir Path directory) {
    settings = QuerySettings.defaults(directory.resolve("query"));
  }

  @BeforeEach
  void write() {
    catalog.initialize("lake", Map.of("warehouse", "store://lake"));
    catalog.createNamespace(Namespace.of("lake"));
    Table table = catalog.createTable(ID, SCHEMA);
    append(table, 1);
    append(table, 2);
  }

  @AfterEach
  void stop() {
    gate.countDown();
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void theyAreFetchedOnceAndRead() {
    QueryEngine engine = engine(settings);

    for (int query = 0; query < 3; query++) {
      assertThat(engine.query(SUM, 0).rows()).hasToString("[[2,3]]");
    }

    assertThat(reads).hasValue(2);
  }

  @Test
  void thoseThatStatisticsLeaveOutAreNotFetched() {
    QueryEngine engine = engine(settings);

    assertThat(engine.query(SUM + " WHERE number > 1", 0).rows()).hasToString("[[1,2]]");

    assertThat(reads).hasValue(1);
  }

  @Test
  void moreThanTheCacheHoldsIsRefused() {
    QueryEngine engine = engine(settings.withCache(100));

    assertFailure(
        engine,
        ErrorCode.QUERY_TOO_LARGE,
        "The query reads 2 files of the object store with [0-9]+ bytes together; the cache holds"
            + " 100\\. Narrow it by time, or raise query\\.cache");
  }

  @Test
  void aQueryThatWaitsForThemEndsAtItsTimeLimit() {
    gate = new CountDownLatch(1);
    QueryEngine engine = engine(settings.withLimits(Duration.ofMillis(1500), 64L << 20));

    assertFailure(
        engine, ErrorCode.QUERY_TIMEOUT, "The query ran longer than its limit of 1\\.5 s");

    gate.countDown();
    assertThat(engine.query(SUM, 0).rows()).hasToString("[[2,3]]");
    assertThat(registry.counter("leat_query_worker_starts").count()).isEqualTo(1);
  }

  @Test
  void oneThatIsGoneFailsTheQuery() {
    QueryEngine engine = engine(settings);
    Table table = catalog.loadTable(ID);
    DataFile lost = append(table, 3);
    table.io().deleteFile(lost.location());

    assertFailure(
        engine, ErrorCode.LAKE_UNAVAILABLE, "The file " + lost.location() + " cannot be read");
  }

  private QueryEngine engine(QuerySettings limits) {
    QueryEngine started = new QueryEngine(limits, catalog, registry);
    engine = started;
    return started;
  }

  private static DataFile append(Table table, long number) {
    return TestingLake.append(table, List.of(TestingLake.row(table, Map.of("number", number))));
  }

  private static void assertFailure(QueryEngine engine, ErrorCode code, String message) {
    assertThatThrownBy(() -> engine.query(SUM, 0))
        .isInstanceOfSatisfying(
            LeatException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .message()
        .matches(message);
  }

  /** Its data files are counted when they are read, and wait at the gate. */
  private final class CatalogOfRemoteFiles extends InMemoryCatalog {
    @Override
    public Table loadTable(TableIdentifier id) {
      Table table = super.loadTable(id);
      return (Table)
          Proxy.newProxyInstance(
              Table.class.getClassLoader(),
              new Class<?>[] {Table.class},
              (proxy, method, arguments) ->
                  method.getName().equals("io")
                      ? new GatedIO(table.io())
                      : method.invoke(table, arguments));
    }
  }

  private final class GatedIO implements FileIO {
    private final FileIO store;

    GatedIO(FileIO store) {
      this.store = store;
    }

    @Override
    public InputFile newInputFile(String location) {
      reads.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return store.newInputFile(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
      return store.newOutputFile(location);
    }

    @Override
    public void deleteFile(String location) {
      store.deleteFile(location);
    }
  }
}

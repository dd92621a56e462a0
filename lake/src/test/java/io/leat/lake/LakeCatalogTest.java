package io.leat.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeCatalogTest {
  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
  private static final TableIdentifier TABLE = TableIdentifier.of("devices_raw", "telemetry");

  private final Path directory;
  private EmbeddedPostgres postgres;

  LakeCatalogTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void startPostgres() throws IOException {
    postgres = start(0);
  }

  @AfterEach
  void stopPostgres() throws IOException {
    postgres.close();
  }

  @Test
  void twoWritersCommitEverythingOnceAlthoughPostgresRestartsBetween() throws Exception {
    CatalogSpec spec = spec();
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try (LakeCatalog lake = LakeCatalog.open(spec)) {
      lake.ensureNamespace("devices_raw");
      lake.catalog()
          .createTable(TABLE, SCHEMA, PartitionSpec.unpartitioned())
          .updateProperties()
          .set(TableProperties.COMMIT_NUM_RETRIES, "20")
          .commit();
      commitFromTwo(writers, lake);

      int port = postgres.getPort();
      postgres.close();
      postgres = start(port);
      commitFromTwo(writers, lake);

      Table table = lake.catalog().loadTable(TABLE);
      assertThat(SnapshotUtil.currentAncestors(table)).hasSize(20);
      assertThat(table.currentSnapshot().summary()).containsEntry("total-data-files", "20");
      assertThat(table.location()).isEqualTo(directory + "/warehouse/devices_raw/telemetry");
      assertThat(table.io()).isInstanceOf(LocalFileIO.class);
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void severalMayOpenAnEmptyDatabaseAtOnce() throws Exception {
    CatalogSpec spec = spec();
    ExecutorService openers = Executors.newFixedThreadPool(4);
    try {
      Callable<Namespace> open =
          () -> {
            try (LakeCatalog lake = LakeCatalog.open(spec)) {
              return lake.ensureNamespace("devices_raw");
            }
          };
      for (Future<Namespace> opened : openers.invokeAll(java.util.Collections.nCopies(4, open))) {
        assertThat(opened.get()).isEqualTo(Namespace.of("devices_raw"));
      }
    } finally {
      openers.shutdownNow();
    }
  }

  @Test
  void aCallWaitsForPostgresToComeBack() throws Exception {
    try (LakeCatalog lake = LakeCatalog.open(spec())) {
      lake.ensureNamespace("devices_raw");
      int port = postgres.getPort();
      postgres.close();
      ExecutorService caller = Executors.newSingleThreadExecutor();
      try {
        Future<Boolean> answer =
            caller.submit(() -> lake.namespaces().namespaceExists(Namespace.of("devices_raw")));
        postgres = start(port);
        assertThat(answer.get()).isTrue();
      } finally {
        caller.shutdownNow();
      }
    }
  }

  @Test
  void aCatalogThatDoesNotAnswerIsNamed() throws IOException {
    int port = postgres.getPort();
    postgres.close();

    assertThatThrownBy(
            () -> LakeCatalog.open(specAt(port).with(CatalogSpec.CONNECT_TIMEOUT_MS, "300")))
        .isInstanceOfSatisfying(
            LeatException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LAKE_UNAVAILABLE))
        .hasMessage(
            "The lake's catalog at jdbc:postgresql://127.0.0.1:%s/postgres does not answer:"
                + " Connection refused",
            port);
  }

  @Test
  void aBoundOutOfRangeIsRefused() {
    assertThatThrownBy(() -> LakeCatalog.open(spec().with(CatalogSpec.CLIENTS, "0")))
        .isInstanceOf(LeatException.class)
        .hasMessage("The catalog's property clients is '0'; it must be from 1 to 100.");
  }

  @Test
  void aSpecShowsNoSecrets() {
    CatalogSpec spec =
        CatalogSpec.jdbc("lake", "jdbc:postgresql://h/db", "u", "hush", "s3://bucket/lake")
            .with("s3.secret-access-key", "hush");

    assertThat(spec.toString()).doesNotContain("hush").contains("jdbc:postgresql://h/db");
    assertThat(spec.isLocal()).isFalse();
  }

  @Test
  void aWarehouseInS3IsOpenedWithItsFileIO() {
    for (String warehouse : List.of("s3://bucket/lake", "s3a://bucket")) {
      CatalogSpec spec =
          CatalogSpec.jdbc("lake", url(postgres.getPort()), "postgres", "", warehouse);

      try (LakeCatalog lake = LakeCatalog.open(spec)) {
        assertThat(lake.spec().properties()).containsEntry("io-impl", S3FileIO.class.getName());
      }
    }
  }

  private void commitFromTwo(ExecutorService writers, LakeCatalog lake) throws Exception {
    Callable<Void> fiveCommits =
        () -> {
          Table table = lake.catalog().loadTable(TABLE);
          for (int i = 0; i < 5; i++) {
            table.newFastAppend().appendFile(file()).commit();
          }
          return null;
        };
    for (Future<Void> done : writers.invokeAll(List.of(fiveCommits, fiveCommits))) {
      done.get();
    }
  }

  private DataFile file() {
    return DataFiles.builder(PartitionSpec.unpartitioned())
        .withPath(directory + "/" + UUID.randomUUID() + ".parquet")
        .withFormat(FileFormat.PARQUET)
        .withFileSizeInBytes(10)
        .withRecordCount(1)
        .build();
  }

  private CatalogSpec spec() {
    return specAt(postgres.getPort());
  }

  private CatalogSpec specAt(int port) {
    return CatalogSpec.jdbc(
        "lake", url(port), "postgres", "", directory.resolve("warehouse").toString());
  }

  private static String url(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  private EmbeddedPostgres start(int port) throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory.resolve("postgres"))
            .setCleanDataDirectory(false)
            .setPGStartupWait(Duration.ofSeconds(30));
    return (port == 0 ? builder : builder.setPort(port)).start();
  }
}

package io.leat.stream;

import io.leat.event.Names;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.data.RowData;
import org.apache.iceberg.DistributionMode;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.flink.CatalogLoader;
import org.apache.iceberg.flink.TableLoader;
import org.apache.iceberg.flink.sink.IcebergSink;

/** Writes the lake job's rows to Iceberg tables, committing with each checkpoint. */
public final class IcebergLakeSinks implements LakeSinks {
  private final CatalogLoader catalog;
  private final String blueprint;
  private final int parallelism;

  /**
   * @param catalog travels to the tasks
   * @param blueprint whose tables are written
   * @param parallelism writers of a stream's tables
   */
  public IcebergLakeSinks(CatalogLoader catalog, String blueprint, int parallelism) {
    this.catalog = catalog;
    this.blueprint = blueprint;
    this.parallelism = parallelism;
  }

  @Override
  public void raw(StreamPlan plan, DataStream<RowData> rows) {
    write(rows, Names.rawNamespace(blueprint), plan.stream(), "raw-" + plan.stream(), parallelism);
  }

  @Override
  public void processed(StreamPlan plan, DataStream<RowData> rows) {
    write(
        rows,
        Names.processedNamespace(blueprint),
        plan.stream(),
        "processed-" + plan.stream(),
        parallelism);
  }

  @Override
  public void quarantine(DataStream<RowData> rows) {
    write(rows, Names.rawNamespace(blueprint), LakeTables.QUARANTINE, LakeTables.QUARANTINE, 1);
  }

  @Override
  public void ledger(DataStream<RowData> rows) {
    write(rows, Names.rawNamespace(blueprint), LakeTables.LEDGER, LakeTables.LEDGER, 1);
  }

  @Override
  public void rejected(DataStream<RowData> rows) {
    write(rows, Names.rawNamespace(blueprint), LakeTables.REJECTED, LakeTables.REJECTED, 1);
  }

  private void write(
      DataStream<RowData> rows, String namespace, String table, String uid, int writers) {
    TableLoader loader = TableLoader.fromCatalog(catalog, TableIdentifier.of(namespace, table));
    loader.open();
    Table loaded = loader.loadTable();
    IcebergSink.forRowData(rows)
        .tableLoader(loader)
        .table(loaded)
        .distributionMode(DistributionMode.NONE)
        .writeParallelism(writers)
        .uidSuffix(uid)
        .append();
  }
}

package io.leat.stream;

import io.leat.blueprint.Blueprint;
import io.leat.blueprint.PartitionField;
import io.leat.blueprint.StreamSpec;
import io.leat.event.Names;
import io.leat.lake.EventTables;
import io.leat.lake.Tables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/** The tables that a blueprint's lake job writes. */
public final class LakeTables {
  /** Tables beside the streams in the raw namespace. */
  public static final String LEDGER = "ledger";

  public static final String QUARANTINE = "quarantine";
  public static final String REJECTED = "rejected";

  private final Tables tables;

  public LakeTables(Tables tables) {
    this.tables = tables;
  }

  /**
   * What {@link #ensure} did.
   *
   * @param processed the processed tables' schemas by stream
   * @param notes changes and drift in words
   */
  public record Ensured(Map<String, Schema> processed, List<String> notes) {
    /** The processed table's schema of a stream that was ensured. */
    public Schema schema(StreamSpec stream) {
      return java.util.Objects.requireNonNull(processed.get(stream.name()));
    }
  }

  /**
   * Creates what is missing and adds new columns, having first checked that nothing is destructive.
   */
  public Ensured ensure(Blueprint blueprint) {
    check(blueprint);
    List<String> notes = new ArrayList<>();
    Map<String, Schema> processed = new LinkedHashMap<>();
    for (StreamSpec stream : blueprint.streams().values()) {
      TableIdentifier raw = TableIdentifier.of(Names.rawNamespace(blueprint.name()), stream.name());
      notes.addAll(
          tables
              .ensure(
                  raw, EventTables.raw(), byDayOf("received_at"), EventTables.RAW_WITHOUT_BOUNDS)
              .notes());
      Tables.Ensured ensured =
          tables.ensure(
              processedId(blueprint, stream),
              EventTables.processed(stream.schema().columns()),
              schema -> partitioning(schema, stream.partitionBy()),
              EventTables.PROCESSED_WITHOUT_BOUNDS);
      notes.addAll(ensured.notes());
      processed.put(stream.name(), ensured.table().schema());
    }
    side(blueprint, LEDGER, EventTables.ledger(), "written_at", notes);
    side(blueprint, QUARANTINE, EventTables.quarantine(), "quarantined_at", notes);
    side(blueprint, REJECTED, EventTables.rejected(), "received_at", notes);
    return new Ensured(Map.copyOf(processed), List.copyOf(notes));
  }

  /** The tables that the blueprint's job writes. */
  public static List<TableIdentifier> of(Blueprint blueprint) {
    List<TableIdentifier> all = new ArrayList<>();
    for (StreamSpec stream : blueprint.streams().values()) {
      all.add(TableIdentifier.of(Names.rawNamespace(blueprint.name()), stream.name()));
      all.add(processedId(blueprint, stream));
    }
    for (String side : List.of(LEDGER, QUARANTINE, REJECTED)) {
      all.add(TableIdentifier.of(Names.rawNamespace(blueprint.name()), side));
    }
    return List.copyOf(all);
  }

  /** Throws what {@link #ensure} would, and changes nothing. */
  public void check(Blueprint blueprint) {
    for (StreamSpec stream : blueprint.streams().values()) {
      tables.check(
          processedId(blueprint, stream), EventTables.processed(stream.schema().columns()));
    }
  }

  private void side(
      Blueprint blueprint, String name, Schema schema, String day, List<String> notes) {
    TableIdentifier id = TableIdentifier.of(Names.rawNamespace(blueprint.name()), name);
    notes.addAll(tables.ensure(id, schema, byDayOf(day), Set.of()).notes());
  }

  private static TableIdentifier processedId(Blueprint blueprint, StreamSpec stream) {
    return TableIdentifier.of(Names.processedNamespace(blueprint.name()), stream.name());
  }

  private static Tables.Partitioning byDayOf(String column) {
    return schema -> PartitionSpec.builderFor(schema).day(column).build();
  }

  private static PartitionSpec partitioning(Schema schema, List<PartitionField> fields) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    for (PartitionField field : fields) {
      switch (field.transform()) {
        case HOUR -> spec.hour(field.column());
        case DAY -> spec.day(field.column());
        case MONTH -> spec.month(field.column());
        case YEAR -> spec.year(field.column());
        case IDENTITY -> spec.identity(field.column());
        case BUCKET -> spec.bucket(field.column(), field.width());
        case TRUNCATE -> spec.truncate(field.column(), field.width());
      }
    }
    return spec.build();
  }
}

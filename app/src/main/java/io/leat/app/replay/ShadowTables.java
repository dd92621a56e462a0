package io.leat.app.replay;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.event.Names;
import io.leat.lake.replay.PositionedTable;
import io.leat.state.Replay;
import io.leat.stream.LakeTables;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * The tables of a replay: those of the stream, and those beside that it makes. The latter have the
 * same columns and partitions, the one of what becomes clean is in the processed namespace, the one
 * of what does not in the raw one.
 */
final class ShadowTables {
  /** Ends the name of a shadow's quarantine. */
  static final String QUARANTINE = "_quarantine";

  private static final Set<String> OWN = Set.of("format-version");

  private final Catalog catalog;
  private final Replay replay;

  ShadowTables(Catalog catalog, Replay replay) {
    this.catalog = catalog;
    this.replay = replay;
  }

  static TableIdentifier clean(String blueprint, String target) {
    return TableIdentifier.of(Names.processedNamespace(blueprint), target);
  }

  static TableIdentifier refused(String blueprint, String target) {
    return TableIdentifier.of(Names.rawNamespace(blueprint), target + QUARANTINE);
  }

  private TableIdentifier clean() {
    return clean(replay.blueprint(), replay.target());
  }

  private TableIdentifier refused() {
    return refused(replay.blueprint(), replay.target());
  }

  /** Whether they are there. */
  boolean exist() {
    return catalog.tableExists(clean()) && catalog.tableExists(refused());
  }

  /** Makes them, empty. */
  void create() {
    create(clean(), processedTable());
    create(refused(), quarantineTable());
  }

  private void create(TableIdentifier id, Table like) {
    Map<String, String> properties = new LinkedHashMap<>(like.properties());
    properties.keySet().removeAll(OWN);
    properties.put("format-version", "2");
    catalog.createTable(id, like.schema(), like.spec(), properties);
  }

  /** Removes them with all their files, as far as they are there. */
  void drop() {
    for (TableIdentifier id : List.of(clean(), refused())) {
      try {
        Table table = catalog.loadTable(id);
        catalog.dropTable(id, false);
        if (table.io() instanceof SupportsPrefixOperations io) {
          io.deletePrefix(table.location() + "/");
        }
      } catch (NoSuchTableException e) {
        // It was not made, or is gone.
      }
    }
  }

  Table cleanTable() {
    return load(clean());
  }

  Table refusedTable() {
    return load(refused());
  }

  Table processedTable() {
    return load(TableIdentifier.of(Names.processedNamespace(replay.blueprint()), replay.stream()));
  }

  Table quarantineTable() {
    return load(inRaw(LakeTables.QUARANTINE));
  }

  Table ledgerTable() {
    return load(inRaw(LakeTables.LEDGER));
  }

  PositionedTable raw() {
    return PositionedTable.raw(load(inRaw(replay.stream())));
  }

  PositionedTable processed() {
    return PositionedTable.processed(processedTable());
  }

  PositionedTable quarantine() {
    return PositionedTable.quarantine(quarantineTable(), replay.stream());
  }

  PositionedTable shadow() {
    return PositionedTable.processed(cleanTable());
  }

  PositionedTable shadowQuarantine() {
    return PositionedTable.quarantine(refusedTable(), replay.stream());
  }

  private TableIdentifier inRaw(String name) {
    return TableIdentifier.of(Names.rawNamespace(replay.blueprint()), name);
  }

  private Table load(TableIdentifier id) {
    try {
      return catalog.loadTable(id);
    } catch (NoSuchTableException e) {
      throw new LeatException(
          ErrorCode.UNKNOWN_TABLE, "The table " + id + " is not there; replay the period again", e);
    }
  }
}

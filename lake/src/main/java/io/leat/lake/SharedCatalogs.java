package io.leat.lake;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * One open catalog per {@link CatalogSpec} for all tasks of this process, so that its connections
 * are bounded by the spec and not by the number of tasks. Iceberg's sink opens a catalog for each
 * writer, committer and aggregator, anew with each attempt, and does not close all of them.
 * Thread-safe.
 */
public final class SharedCatalogs {
  private static final Map<CatalogSpec, LakeCatalog> OPEN = new ConcurrentHashMap<>();

  private SharedCatalogs() {}

  /**
   * The catalog of {@code spec}, opened by whoever asks first. It finds, lists, loads and creates
   * tables; whoever closes it closes nothing.
   *
   * @throws io.leat.event.LeatException LAKE_UNAVAILABLE when it does not answer
   */
  public static Catalog of(CatalogSpec spec) {
    return new Borrowed(OPEN.computeIfAbsent(spec, LakeCatalog::open).catalog());
  }

  /** Closes the catalog of {@code spec}, when it is open: no task uses it any more. */
  public static void close(CatalogSpec spec) {
    LakeCatalog open = OPEN.remove(spec);
    if (open != null) {
      open.close();
    }
  }

  private record Borrowed(Catalog catalog) implements Catalog {
    @Override
    public String name() {
      return catalog.name();
    }

    @Override
    public List<TableIdentifier> listTables(Namespace namespace) {
      return catalog.listTables(namespace);
    }

    @Override
    public Table loadTable(TableIdentifier identifier) {
      return catalog.loadTable(identifier);
    }

    @Override
    public TableBuilder buildTable(TableIdentifier identifier, Schema schema) {
      return catalog.buildTable(identifier, schema);
    }

    @Override
    public boolean dropTable(TableIdentifier identifier, boolean purge) {
      throw new UnsupportedOperationException("A task drops no table");
    }

    @Override
    public void renameTable(TableIdentifier from, TableIdentifier to) {
      throw new UnsupportedOperationException("A task renames no table");
    }
  }
}

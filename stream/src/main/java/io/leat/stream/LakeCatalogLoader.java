package io.leat.stream;

import io.leat.lake.CatalogSpec;
import io.leat.lake.SharedCatalogs;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.flink.CatalogLoader;

/** The lake's catalog wherever a task runs, one for all tasks of a process. */
public final class LakeCatalogLoader implements CatalogLoader {
  private static final long serialVersionUID = 1L;

  private final CatalogSpec spec;

  /** Tasks commit at the same moment, with each checkpoint, but for some milliseconds only. */
  private static final String CONNECTIONS = "8";

  public LakeCatalogLoader(CatalogSpec spec) {
    this.spec = spec.with(CatalogSpec.CLIENTS, CONNECTIONS);
  }

  /** Closes what was opened in this process for jobs that have ended. */
  public void close() {
    SharedCatalogs.close(spec);
  }

  @Override
  public Catalog loadCatalog() {
    return SharedCatalogs.of(spec);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // The interface asks for a copy, not for Object.clone.
  public CatalogLoader clone() {
    return new LakeCatalogLoader(spec);
  }
}

package io.leat.stream;

import io.leat.lake.CatalogSpec;
import io.leat.lake.LakeCatalog;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.flink.CatalogLoader;

/** Opens the lake's catalog wherever a task runs. */
public final class LakeCatalogLoader implements CatalogLoader {
  private static final long serialVersionUID = 1L;

  private final CatalogSpec spec;

  /**
   * A task commits to one table and asks for one thing at a time: one connection each is enough.
   */
  public LakeCatalogLoader(CatalogSpec spec) {
    this.spec = spec.with(CatalogSpec.CLIENTS, "1");
  }

  @Override
  public Catalog loadCatalog() {
    return LakeCatalog.open(spec).catalog();
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // The interface asks for a copy, not for Object.clone.
  public CatalogLoader clone() {
    return new LakeCatalogLoader(spec);
  }
}

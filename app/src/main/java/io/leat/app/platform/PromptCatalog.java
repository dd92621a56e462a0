package io.leat.app.platform;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/**
 * The lake's catalog for those who answer someone: reading only, and each call ends in time with an
 * answer or LAKE_UNAVAILABLE. What is not there is told as Iceberg tells it. A table that it loaded
 * must not be refreshed: that would wait for the catalog behind it.
 */
final class PromptCatalog implements Catalog, SupportsNamespaces {
  private final Catalog catalog;
  private final EngineCalls calls;

  /**
   * @param catalog with namespaces
   */
  PromptCatalog(Catalog catalog, EngineCalls calls) {
    this.catalog = catalog;
    this.calls = calls;
  }

  /** What was asked, or that it is not there. */
  private record Reply<T>(List<T> found, List<RuntimeException> missing) {}

  private <T> T ask(Callable<T> question) {
    Reply<T> reply =
        calls.ask(
            () -> {
              try {
                return new Reply<>(List.of(question.call()), List.of());
              } catch (NoSuchTableException | NoSuchNamespaceException e) {
                return new Reply<T>(List.of(), List.of(e));
              }
            });
    if (!reply.missing().isEmpty()) {
      throw reply.missing().get(0);
    }
    return reply.found().get(0);
  }

  private SupportsNamespaces namespaces() {
    return (SupportsNamespaces) catalog;
  }

  @Override
  public String name() {
    return catalog.name();
  }

  @Override
  public Table loadTable(TableIdentifier id) {
    return ask(() -> catalog.loadTable(id));
  }

  @Override
  public List<TableIdentifier> listTables(Namespace namespace) {
    return ask(() -> catalog.listTables(namespace));
  }

  @Override
  public List<Namespace> listNamespaces(Namespace parent) {
    return ask(() -> namespaces().listNamespaces(parent));
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(Namespace namespace) {
    return ask(() -> namespaces().loadNamespaceMetadata(namespace));
  }

  @Override
  public boolean dropTable(TableIdentifier id, boolean purge) {
    throw readingOnly();
  }

  @Override
  public void renameTable(TableIdentifier from, TableIdentifier to) {
    throw readingOnly();
  }

  @Override
  public void createNamespace(Namespace namespace, Map<String, String> metadata) {
    throw readingOnly();
  }

  @Override
  public boolean dropNamespace(Namespace namespace) {
    throw readingOnly();
  }

  @Override
  public boolean setProperties(Namespace namespace, Map<String, String> properties) {
    throw readingOnly();
  }

  @Override
  public boolean removeProperties(Namespace namespace, Set<String> properties) {
    throw readingOnly();
  }

  private static UnsupportedOperationException readingOnly() {
    return new UnsupportedOperationException("This view of the catalog is for reading");
  }
}

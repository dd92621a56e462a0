package io.leat.lake;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.apache.iceberg.rest.RESTCatalog;

/**
 * The lake's catalog, opened from a {@link CatalogSpec}. Safe for many threads. Survives restarts
 * of PostgreSQL: a call waits for it up to {@link CatalogSpec#CONNECT_TIMEOUT_MS}.
 */
public final class LakeCatalog implements AutoCloseable {
  private static final int DEFAULT_CLIENTS = 4;
  private static final int MOST_CLIENTS = 100;
  private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

  private final CatalogSpec spec;
  private final Catalog catalog;

  private LakeCatalog(CatalogSpec spec, Catalog catalog) {
    this.spec = spec;
    this.catalog = catalog;
  }

  /**
   * Opens the catalog; a JDBC catalog creates its two tables when they are missing.
   *
   * @throws LeatException {@link ErrorCode#LAKE_UNAVAILABLE} when it does not answer
   */
  public static LakeCatalog open(CatalogSpec spec) {
    try {
      return new LakeCatalog(
          spec,
          switch (spec.kind()) {
            case JDBC -> openJdbc(spec);
            case REST -> openRest(spec);
          });
    } catch (UncheckedSQLException | RESTException e) {
      throw new LeatException(
          ErrorCode.LAKE_UNAVAILABLE,
          "The lake's catalog at "
              + spec.properties().get("uri")
              + " does not answer: "
              + rootMessage(e),
          e);
    }
  }

  /** What it was opened from. */
  public CatalogSpec spec() {
    return spec;
  }

  /** Iceberg's view of it. Whoever closes it closes this. */
  public Catalog catalog() {
    return catalog;
  }

  /** Iceberg's view of its namespaces. */
  public SupportsNamespaces namespaces() {
    return (SupportsNamespaces) catalog;
  }

  /** Creates the namespace when it is missing; several may try at once. */
  public Namespace ensureNamespace(String name) {
    Namespace namespace = Namespace.of(name);
    SupportsNamespaces namespaces = namespaces();
    if (!namespaces.namespaceExists(namespace)) {
      try {
        namespaces.createNamespace(namespace);
      } catch (AlreadyExistsException e) {
        return namespace; // another creator was faster
      } catch (UncheckedSQLException e) {
        if (!namespaces.namespaceExists(namespace)) {
          throw e;
        }
      }
    }
    return namespace;
  }

  /** Gives its connections back. */
  @Override
  public void close() {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        throw new UncheckedIOException("The lake's catalog did not close", e);
      }
    }
  }

  private static Catalog openJdbc(CatalogSpec spec) {
    try {
      return initializeJdbc(spec);
    } catch (UncheckedSQLException e) {
      if (!isLostCreationRace(e)) {
        throw e;
      }
      return initializeJdbc(spec);
    }
  }

  private static JdbcCatalog initializeJdbc(CatalogSpec spec) {
    int clients = boundedClients(spec.properties());
    Duration patience = patience(spec.properties());
    JdbcCatalog catalog =
        new JdbcCatalog(
            null,
            properties ->
                new CatalogConnections(required(properties, "uri"), properties, clients, patience),
            true);
    catalog.initialize(spec.name(), spec.properties());
    return catalog;
  }

  private static RESTCatalog openRest(CatalogSpec spec) {
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize(spec.name(), spec.properties());
    return catalog;
  }

  private static String required(Map<String, String> properties, String key) {
    String value = properties.get(key);
    if (value == null) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION, "The catalog's property " + key + " is missing.");
    }
    return value;
  }

  private static int boundedClients(Map<String, String> properties) {
    String text = properties.getOrDefault(CatalogSpec.CLIENTS, String.valueOf(DEFAULT_CLIENTS));
    return (int) bounded(CatalogSpec.CLIENTS, text, MOST_CLIENTS);
  }

  private static Duration patience(Map<String, String> properties) {
    String text = properties.get(CatalogSpec.CONNECT_TIMEOUT_MS);
    return text == null
        ? DEFAULT_PATIENCE
        : Duration.ofMillis(
            bounded(CatalogSpec.CONNECT_TIMEOUT_MS, text, Duration.ofHours(1).toMillis()));
  }

  private static long bounded(String key, String text, long most) {
    if (text.matches("[0-9]{1,9}") && Long.parseLong(text) >= 1 && Long.parseLong(text) <= most) {
      return Long.parseLong(text);
    }
    throw new LeatException(
        ErrorCode.INVALID_CONFIGURATION,
        "The catalog's property " + key + " is '" + text + "'; it must be from 1 to " + most + ".");
  }

  /** Two that create the catalog's tables at the same moment: the slower one is told so. */
  private static boolean isLostCreationRace(UncheckedSQLException e) {
    return e.getCause() instanceof SQLException sql
        && ("23505".equals(sql.getSQLState())
            || "42P07".equals(sql.getSQLState())
            || "42701".equals(sql.getSQLState()));
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}

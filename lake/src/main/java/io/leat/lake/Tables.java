package io.leat.lake;

import static org.apache.iceberg.TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Creates tables and lets them grow: columns are added, never removed or retyped. Thread-safe as
 * its catalog is.
 */
public final class Tables {
  /** Iceberg's, of the tables that are made. */
  public static final int FORMAT_VERSION = 2;

  private static final int SCHEMA_ATTEMPTS = 20;

  private final Catalog catalog;
  private final Map<String, String> properties;

  /**
   * @param properties set on each table that is created, above Leat's defaults
   */
  public Tables(Catalog catalog, Map<String, String> properties) {
    this.catalog = catalog;
    Map<String, String> all = new LinkedHashMap<>(DEFAULTS);
    all.putAll(properties);
    this.properties = Map.copyOf(all);
  }

  /**
   * Cheap to write: compaction can compress better what stays. A small dictionary, so that columns
   * of unique values give it up after some hundred rows.
   */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("format-version", String.valueOf(FORMAT_VERSION)),
          Map.entry("write.parquet.compression-codec", "zstd"),
          Map.entry("write.parquet.compression-level", "1"),
          Map.entry("write.parquet.dict-size-bytes", "32768"),
          Map.entry("write.metadata.previous-versions-max", "20"),
          Map.entry("write.metadata.delete-after-commit.enabled", "true"),
          Map.entry("commit.manifest.min-count-to-merge", "20"),
          Map.entry("commit.retry.num-retries", "10"),
          Map.entry("commit.retry.max-wait-ms", "5000"),
          Map.entry("flink.max-continuous-empty-commits", "2147483647"));

  /** How a table of the wanted name is partitioned, given its schema. */
  @FunctionalInterface
  public interface Partitioning {
    PartitionSpec of(Schema schema);
  }

  /**
   * What was found or done.
   *
   * @param table the table as it now is
   * @param notes changes and drift in words, empty when there was nothing to say
   */
  public record Ensured(Table table, List<String> notes) {}

  /**
   * Makes the table exist with at least the wanted columns.
   *
   * @param withoutBounds columns whose least and greatest values nobody looks for; a new table's
   *     files are written without them, which is cheaper
   * @throws LeatException DESTRUCTIVE_CHANGE when a column would have to change its type; nothing
   *     was changed then; LAKE_UNAVAILABLE when an object store refuses or does not answer
   */
  public Ensured ensure(
      TableIdentifier id, Schema wanted, Partitioning partitioning, Set<String> withoutBounds) {
    try {
      return ensured(id, wanted, partitioning, withoutBounds);
    } catch (RuntimeException e) {
      throw StoreFailure.of(e);
    }
  }

  private Ensured ensured(
      TableIdentifier id, Schema wanted, Partitioning partitioning, Set<String> withoutBounds) {
    if (!catalog.tableExists(id)) {
      createNamespace(id.namespace());
      Map<String, String> all = new LinkedHashMap<>(properties);
      withoutBounds.forEach(
          column -> all.put(PARQUET_COLUMN_STATS_ENABLED_PREFIX + column, "false"));
      try {
        Table table = catalog.createTable(id, wanted, partitioning.of(wanted), all);
        return new Ensured(table, List.of("created " + id));
      } catch (AlreadyExistsException e) {
        // Another instance was faster: go on with its table.
      }
    }
    Table table = catalog.loadTable(id);
    List<String> notes = new ArrayList<>();
    List<String> added = grow(id, table, wanted);
    if (!added.isEmpty()) {
      notes.add("added to " + id + ": " + String.join(", ", added));
    }
    String have = describe(table.spec());
    String want = describe(partitioning.of(wanted));
    if (!have.equals(want)) {
      notes.add(
          id
              + " is partitioned by "
              + have
              + ", the blueprint says "
              + want
              + "; the table keeps its partitioning. To change it, write to a stream of a new"
              + " name");
    }
    return new Ensured(table, List.copyOf(notes));
  }

  /** Checks what {@link #ensure} would refuse, and changes nothing. */
  public void check(TableIdentifier id, Schema wanted) {
    try {
      if (catalog.tableExists(id)) {
        refuseRetyping(id, "", catalog.loadTable(id).schema().asStruct(), wanted.asStruct());
      }
    } catch (RuntimeException e) {
      throw StoreFailure.of(e);
    }
  }

  private void createNamespace(Namespace namespace) {
    if (catalog instanceof SupportsNamespaces namespaces
        && !namespaces.namespaceExists(namespace)) {
      try {
        namespaces.createNamespace(namespace);
      } catch (AlreadyExistsException e) {
        // Another instance was faster.
      }
    }
  }

  private static void refuseRetyping(
      TableIdentifier id, String path, Types.StructType have, Types.StructType want) {
    for (Types.NestedField wanted : want.fields()) {
      Types.NestedField found = have.field(wanted.name());
      if (found != null) {
        refuseRetyping(id, path + wanted.name(), found.type(), wanted.type());
      }
    }
  }

  private static void refuseRetyping(TableIdentifier id, String path, Type have, Type want) {
    if (have.isStructType() && want.isStructType()) {
      refuseRetyping(id, path + ".", have.asStructType(), want.asStructType());
    } else if (have.isListType() && want.isListType()) {
      refuseRetyping(
          id, path + "[]", have.asListType().elementType(), want.asListType().elementType());
    } else if (!have.isMapType() && !have.equals(want)) {
      throw new LeatException(
          ErrorCode.DESTRUCTIVE_CHANGE,
          "Column '"
              + path
              + "' of "
              + id
              + " is "
              + name(have)
              + "; the schema now makes it "
              + name(want)
              + ". Stored rows cannot be read as another type: give the property a new name, or"
              + " write to a stream of a new name.");
    }
  }

  private static String name(Type type) {
    return type.isPrimitiveType()
        ? type.toString()
        : type.typeId().name().toLowerCase(java.util.Locale.ROOT);
  }

  /** A change of schema gives way to a writer's commit, and is then made on top of it. */
  private static List<String> grow(TableIdentifier id, Table table, Schema wanted) {
    for (int attempt = 1; ; attempt++) {
      refuseRetyping(id, "", table.schema().asStruct(), wanted.asStruct());
      try {
        return addMissing(table, wanted);
      } catch (CommitFailedException e) {
        if (attempt == SCHEMA_ATTEMPTS) {
          throw new LeatException(
              ErrorCode.LAKE_UNAVAILABLE,
              "The columns of " + id + " could not be changed: writers were always faster",
              e);
        }
        table.refresh();
      }
    }
  }

  private static List<String> addMissing(Table table, Schema wanted) {
    UpdateSchema update = table.updateSchema();
    List<String> added = new ArrayList<>();
    addMissing(update, null, table.schema().asStruct(), wanted.asStruct(), added);
    if (!added.isEmpty()) {
      update.commit();
      table.refresh();
    }
    return added;
  }

  private static void addMissing(
      UpdateSchema update,
      @org.jspecify.annotations.Nullable String parent,
      Types.StructType have,
      Types.StructType want,
      List<String> added) {
    for (Types.NestedField wanted : want.fields()) {
      Types.NestedField found = have.field(wanted.name());
      String path = parent == null ? wanted.name() : parent + "." + wanted.name();
      if (found == null) {
        if (parent == null) {
          update.addColumn(wanted.name(), wanted.type(), wanted.doc());
        } else {
          update.addColumn(parent, wanted.name(), wanted.type(), wanted.doc());
        }
        added.add(path);
      } else if (found.type().isStructType() && wanted.type().isStructType()) {
        addMissing(update, path, found.type().asStructType(), wanted.type().asStructType(), added);
      } else if (isListOfStructs(found.type()) && isListOfStructs(wanted.type())) {
        addMissing(
            update,
            path + ".element",
            found.type().asListType().elementType().asStructType(),
            wanted.type().asListType().elementType().asStructType(),
            added);
      }
    }
  }

  private static boolean isListOfStructs(Type type) {
    return type.isListType() && type.asListType().elementType().isStructType();
  }

  private static String describe(PartitionSpec spec) {
    return spec.fields().stream()
        .map(f -> f.transform() + "(" + spec.schema().findColumnName(f.sourceId()) + ")")
        .toList()
        .toString();
  }
}

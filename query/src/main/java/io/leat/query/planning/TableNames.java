package io.leat.query.planning;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Finds the catalog's tables by the names that people write. */
public final class TableNames {
  private static final int FAR = 4;
  private static final String LISTED = "GET /v1/sql/tables lists the tables";

  private final Catalog catalog;
  private final TableLoading tables;

  /**
   * Names of one catalog.
   *
   * @param catalog with namespaces, to list tables
   */
  public TableNames(Catalog catalog) {
    this.catalog = catalog;
    this.tables = new TableLoading(catalog);
  }

  /**
   * All tables of all namespaces that may be read, sorted.
   *
   * @throws LeatException LAKE_UNAVAILABLE
   */
  public List<TableIdentifier> list(TableAccess access) {
    return list().stream().filter(id -> refusal(id, access).isEmpty()).toList();
  }

  private List<TableIdentifier> list() {
    return asking(
        () -> {
          List<TableIdentifier> tables = new ArrayList<>();
          if (catalog instanceof SupportsNamespaces namespaces) {
            for (Namespace namespace : namespaces.listNamespaces()) {
              tables.addAll(listed(namespace));
            }
          }
          tables.sort(Comparator.comparing(TableIdentifier::toString));
          return tables;
        });
  }

  private List<TableIdentifier> listed(Namespace namespace) {
    try {
      return catalog.listTables(namespace);
    } catch (NoSuchNamespaceException e) {
      return List.of(); // dropped meanwhile
    }
  }

  private static Optional<String> refusal(TableIdentifier id, TableAccess access) {
    return access.refusal(
        id.namespace().toString().toLowerCase(Locale.ROOT), id.name().toLowerCase(Locale.ROOT));
  }

  /** A table with the name that it has in the catalog. */
  public record Found(TableIdentifier id, Table table) {}

  /**
   * The table of that name; upper and lower case do not matter when only one fits. What may not be
   * read is refused by its name, whether there is such a table or not.
   *
   * @throws LeatException FORBIDDEN, UNKNOWN_TABLE with a suggestion, LAKE_UNAVAILABLE
   */
  Found load(String schema, String name, TableAccess access) {
    if (!schema.isEmpty()) {
      refusal(TableIdentifier.of(schema, name), access)
          .ifPresent(
              why -> {
                throw new LeatException(ErrorCode.FORBIDDEN, why + ". " + LISTED);
              });
      Optional<Found> exact = load(TableIdentifier.of(schema, name));
      if (exact.isPresent()) {
        return exact.get();
      }
    }
    List<TableIdentifier> known = list(access);
    List<TableIdentifier> alike =
        known.stream()
            .filter(id -> id.namespace().toString().equalsIgnoreCase(schema))
            .filter(id -> id.name().equalsIgnoreCase(name))
            .toList();
    return (alike.size() == 1 ? load(alike.get(0)) : Optional.<Found>empty())
        .orElseThrow(() -> unknown(schema.isEmpty() ? name : schema + "." + name, known));
  }

  /**
   * The table, if it is there.
   *
   * @throws LeatException LAKE_UNAVAILABLE
   */
  public Optional<Found> load(TableIdentifier id) {
    return asking(
        () -> {
          try {
            return Optional.of(new Found(id, tables.load(id)));
          } catch (NoSuchTableException | NoSuchNamespaceException e) {
            return Optional.empty();
          }
        });
  }

  private static LeatException unknown(String wanted, List<TableIdentifier> known) {
    String lower = wanted.toLowerCase(Locale.ROOT);
    String best = "";
    int nearest = FAR;
    for (TableIdentifier id : known) {
      String full = id.toString().toLowerCase(Locale.ROOT);
      int distance = id.name().equalsIgnoreCase(wanted) ? 0 : distance(lower, full);
      // Of equals the processed table is more likely meant than the raw one.
      if (distance < nearest
          || (distance == nearest && distance < FAR && full.contains("_processed."))) {
        best = id.toString();
        nearest = distance;
      }
    }
    String remedy = best.isEmpty() ? LISTED : "Did you mean '" + best + "'?";
    return new LeatException(
        ErrorCode.UNKNOWN_TABLE, "There is no table '" + wanted + "'. " + remedy);
  }

  private static <T> T asking(Supplier<T> question) {
    try {
      return question.get();
    } catch (LeatException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new LeatException(ErrorCode.LAKE_UNAVAILABLE, "The lake's catalog does not answer", e);
    }
  }

  /** By Levenshtein, with a bound on what is compared. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) >= FAR) {
      return FAR;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

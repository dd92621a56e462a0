package io.leat.query;

import io.leat.query.planning.Planner;
import io.leat.query.planning.TableAccess;
import io.leat.query.planning.TableNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/** What there is to query. */
final class TableListing {
  private final TableNames names;

  TableListing(TableNames names) {
    this.names = names;
  }

  List<QueryableTable> list(TableAccess access) {
    List<QueryableTable> tables = new ArrayList<>();
    for (TableIdentifier id : names.list(access)) {
      Optional<TableNames.Found> found = names.load(id);
      if (found.isPresent()) {
        tables.add(
            new QueryableTable(
                id.toString(),
                Planner.columns(found.get().table().schema()).stream()
                    .map(column -> new ResultColumn(column.name(), column.type()))
                    .toList()));
      }
    }
    return tables;
  }
}

package io.leat.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * A whole answer in memory.
 *
 * @param rows each with as many values as there are columns
 */
public record QueryResult(List<ResultColumn> columns, List<ArrayNode> rows, QuerySummary summary) {
  public QueryResult {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }
}

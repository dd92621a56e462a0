package io.leat.query.planning;

import java.util.Optional;

/** Which tables a query may name. Judged by names alone, so that no answer tells what exists. */
@FunctionalInterface
public interface TableAccess {
  /** Every table: for callers within the process. */
  TableAccess ALL = (namespace, table) -> Optional.empty();

  /**
   * Why the table may not be read.
   *
   * @param namespace in lower case
   * @param table in lower case
   * @return a sentence for whoever asked, without the full stop; empty when the table may be read
   */
  Optional<String> refusal(String namespace, String table);
}

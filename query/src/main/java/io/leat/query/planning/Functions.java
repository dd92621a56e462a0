package io.leat.query.planning;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which functions a query may call: in FROM those that are listed, elsewhere all but those that are
 * listed. DuckDB is locked in any case; this refuses early, with a reason, and keeps what is known
 * about the process from being asked for. {@code FunctionsTest} has a verdict on every function of
 * the DuckDB in use and fails when there is one that nobody has judged.
 */
final class Functions {
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of(
          "range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row");

  private static final Set<String> REFUSED =
      Set.of(
          "getenv",
          "current_setting",
          "getvariable",
          "current_query",
          "current_query_id",
          "current_connection_id",
          "current_transaction_id",
          "txid_current",
          "write_log",
          "sleep_ms",
          "query",
          "query_table",
          "glob",
          "stats",
          "nextval",
          "currval",
          "set_config",
          "getconfig",
          "platform",
          "user_agent",
          "version",
          "current_schemas",
          "in_search_path",
          "which_secret",
          "sniff_csv",
          "seq_scan",
          "arrow_scan",
          "arrow_scan_dumb",
          "checkpoint",
          "force_checkpoint",
          "copy_database",
          "import_database",
          "storage_info",
          "table_info",
          "database_list",
          "database_size",
          "metadata_info",
          "extension_versions",
          "test_all_types",
          "test_vector_types",
          "summary",
          "add_parquet_key",
          "col_description",
          "obj_description",
          "shobj_description",
          "vector_type",
          "get_block_size",
          "finalize", // of bytes that are taken for the state of an aggregate
          "combine",
          "variant_bytes_to_variant",
          "setseed",
          "parse_duckdb_log_message",
          "truncate_duckdb_logs",
          "format_pg_type",
          "map_to_pg_oid",
          "load_extension",
          "json_execute_serialized_sql",
          "json_deserialize_sql",
          "json_serialize_plan");

  private static final List<String> REFUSED_PREFIXES =
      List.of(
          "__internal_",
          "duckdb_",
          "pragma_",
          "pg_",
          "read_",
          "write_",
          "parquet_",
          "sqlite_",
          "inet_",
          "enable_",
          "disable_",
          "has_",
          "http_",
          "httpfs_",
          "s3_",
          "load_",
          "copy_",
          "show_",
          "verify_");

  private Functions() {}

  /** Refuses what reaches outside of the query or tells of the process. */
  static void check(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (REFUSED.contains(lower) || REFUSED_PREFIXES.stream().anyMatch(lower::startsWith)) {
      throw new LeatException(
          ErrorCode.SQL_NOT_A_READ, "The function '" + lower + "' may not be called here");
    }
  }

  /** Functions in FROM are allowed by name only. */
  static void checkTable(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!TABLE_FUNCTIONS.contains(lower)) {
      throw new LeatException(
          ErrorCode.SQL_NOT_A_READ,
          "The table function '"
              + lower
              + "' may not be called here; range, generate_series, unnest, json_each and json_tree"
              + " may");
    }
  }
}

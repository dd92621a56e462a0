package io.leat.query.planning;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A place in a statement where a table is read.
 *
 * @param schema as written; empty when the name was not qualified
 * @param table as written
 * @param qualifier by what columns of this use are qualified: the alias, else the table's name
 * @param where the condition that every row of this use must meet to matter; null when there is
 *     none or it is not certain
 */
record TableUse(String schema, String table, String qualifier, @Nullable JsonNode where) {}

/**
 * From a statement's syntax tree to the files to read: {@link io.leat.query.planning.ParsedQuery}
 * refuses what is no read of catalogued tables, {@link io.leat.query.planning.Planner} resolves the
 * tables and lets Iceberg leave out files in which no row can match.
 */
@NullMarked
package io.leat.query.planning;

import org.jspecify.annotations.NullMarked;

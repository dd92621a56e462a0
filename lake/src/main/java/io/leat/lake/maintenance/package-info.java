/**
 * Keeps tables small and quick while writers go on: {@code TableMaintenance} looks at a table and,
 * in this order, deletes what is too old, merges small files, merges manifests, expires snapshots
 * and removes files that nothing names. Nothing here changes a row.
 */
@NullMarked
package io.leat.lake.maintenance;

import org.jspecify.annotations.NullMarked;

/**
 * The process in which DuckDB runs. It has its own small class path (this package, DuckDB, Jackson)
 * and talks to its parent in {@link io.leat.query.worker.Frame}s over standard input and output: a
 * statement is parsed into DuckDB's syntax tree, which the parent judges and plans; then it is run
 * in a fresh instance that may read the planned files and nothing else.
 */
@NullMarked
package io.leat.query.worker;

import org.jspecify.annotations.NullMarked;

/**
 * SQL over planned Iceberg files. The way of a query: {@link io.leat.query.SqlRoutes} reads the
 * request; {@link io.leat.query.QueryEngine} queues it; its run has a worker process parse the
 * statement ({@code worker}), judges the syntax tree and plans the files ({@code planning}), has
 * the worker run it over them, and passes the rows to a {@link io.leat.query.ResultSink} as fast as
 * it takes them. {@code process} starts, lends and ends the workers.
 */
@NullMarked
package io.leat.query;

import org.jspecify.annotations.NullMarked;

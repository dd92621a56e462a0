/**
 * PostgreSQL: migrations and control tables.
 *
 * <p>An event meets this module three times: {@link io.leat.state.Clients} says who may send it,
 * {@link io.leat.state.SchemaVersions} gives the number of the schema it was judged by, and {@link
 * io.leat.state.LogEpochs} the epoch that makes its log position unique for good. If it was kept
 * out and is redriven, {@link io.leat.state.Redrives} keeps the books of it. If it is the newest of
 * its entity, {@link io.leat.state.HotTables} has it, until {@link io.leat.state.HotSweep} finds
 * that the entity's time ran out. {@link io.leat.state.StateCopy} takes all of it into a backup,
 * and {@link io.leat.state.Relogging} lets it follow records that a restore logs again.
 */
@NullMarked
package io.leat.state;

import org.jspecify.annotations.NullMarked;

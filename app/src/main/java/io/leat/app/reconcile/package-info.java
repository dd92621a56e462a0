/**
 * Proves that every logged record is where it has to be, or names the positions that are not.
 *
 * <p>{@link io.leat.app.reconcile.LedgerTable} reads the books of a period; {@link
 * io.leat.app.reconcile.LedgerAudit} adds them up, partition by partition, into spans of offsets
 * that balance or do not; {@link io.leat.app.reconcile.PositionCheck} looks at the tables' rows
 * themselves, by position; {@link io.leat.app.reconcile.Reconciler} puts it together and waits for
 * what is still being committed.
 */
@NullMarked
package io.leat.app.reconcile;

import org.jspecify.annotations.NullMarked;

/**
 * The books of files: one row a file, one row an attempt, in PostgreSQL. {@link
 * io.leat.files.ledger.FileState} says which way a file can go, {@link io.leat.files.ledger.Ledger}
 * moves it along, and only for whoever holds its lease; {@link io.leat.files.ledger.LedgerSearch}
 * shows it to people.
 */
@NullMarked
package io.leat.files.ledger;

import org.jspecify.annotations.NullMarked;

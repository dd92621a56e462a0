/**
 * Reads and replaces rows of tables by their positions in the log: {@link
 * io.leat.lake.replay.PositionedTable} tells rows with their positions, {@link
 * io.leat.lake.replay.PositionSet} remembers which, {@link io.leat.lake.replay.FileSet} writes
 * files of rows, and {@link io.leat.lake.replay.Replacement} puts rows in the place of others in
 * one commit.
 */
@NullMarked
package io.leat.lake.replay;

import org.jspecify.annotations.NullMarked;

/**
 * Tables of newest states. A clean row of a stream becomes a {@link io.leat.stream.hot.HotWrite}
 * for each table that has columns of the stream; those of the same entity within a tenth of a
 * second become one, and what is left is written in batches, sorted, beside the task's own thread,
 * so that a slow database delays no alert. At a checkpoint everything before it is written; what is
 * written again after a restore changes nothing.
 */
@NullMarked
package io.leat.stream.hot;

import org.jspecify.annotations.NullMarked;

/** The parent's side of worker processes: starting, lending, watching and ending them. */
@NullMarked
package io.leat.query.process;

import org.jspecify.annotations.NullMarked;

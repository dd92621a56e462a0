/** Statements of other modules on the state tables. */
@NullMarked
package io.leat.state.sql;

import org.jspecify.annotations.NullMarked;

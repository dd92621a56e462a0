/** Envelope, ids, log positions, error codes, clocks. */
@NullMarked
package io.leat.event;

import org.jspecify.annotations.NullMarked;

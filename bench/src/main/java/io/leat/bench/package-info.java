/** Peers and ours, side by side. */
@NullMarked
package io.leat.bench;

import org.jspecify.annotations.NullMarked;

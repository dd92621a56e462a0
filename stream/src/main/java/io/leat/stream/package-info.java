/** Flink topologies. */
@NullMarked
package io.leat.stream;

import org.jspecify.annotations.NullMarked;

/** What is refused, and how much memory is used: everything below works within it. */
@NullMarked
package io.leat.parquet.bounds;

import org.jspecify.annotations.NullMarked;

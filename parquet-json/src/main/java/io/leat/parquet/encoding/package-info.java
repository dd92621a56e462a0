/** From the bytes of a page to its levels and values, many at a time, without boxing. */
@NullMarked
package io.leat.parquet.encoding;

import org.jspecify.annotations.NullMarked;

/** From the compressed bytes of a page to those that it was made of. */
@NullMarked
package io.leat.parquet.codec;

import org.jspecify.annotations.NullMarked;

/** From values to JSON text, straight into byte arrays. */
@NullMarked
package io.leat.parquet.text;

import org.jspecify.annotations.NullMarked;

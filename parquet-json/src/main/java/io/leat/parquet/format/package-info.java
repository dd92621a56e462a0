/** The footer and page headers: thrift's compact protocol, read within bounds. */
@NullMarked
package io.leat.parquet.format;

import org.jspecify.annotations.NullMarked;

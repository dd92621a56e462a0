/** The footer, page headers and the page index: thrift's compact protocol, read within bounds. */
@NullMarked
package io.leat.parquet.format;

import org.jspecify.annotations.NullMarked;

/** Iceberg catalog, tables from schemas, file I/O. */
@NullMarked
package io.leat.lake;

import org.jspecify.annotations.NullMarked;

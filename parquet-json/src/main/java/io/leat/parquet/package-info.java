/**
 * Parquet to JSON, page by page, and back.
 *
 * <p>A file is a {@link io.leat.parquet.ByteSource}. {@link io.leat.parquet.ParquetFile#open} reads
 * and judges its footer. {@link io.leat.parquet.Conversion#run} cuts each row group into ranges of
 * rows; each worker thread reads, decompresses and decodes the pages of a range column by column,
 * turns them into cells of JSON text and puts the cells together row by row; what it has written
 * goes to the {@link io.leat.parquet.PartSink} in the order of the rows. {@link
 * io.leat.parquet.JsonToParquet} goes back with the schema as {@link io.leat.parquet.Schema#json}
 * wrote it down.
 */
@NullMarked
package io.leat.parquet;

import org.jspecify.annotations.NullMarked;

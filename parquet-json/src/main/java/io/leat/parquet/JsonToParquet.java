package io.leat.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;

/** NDJSON back to Parquet, with the schema that was written down beside it. */
public final class JsonToParquet {
  private JsonToParquet() {}

  /**
   * Reads NDJSON as {@link Conversion} writes it with {@link JsonOptions#DEFAULT} and writes a
   * Parquet file with the same values and types.
   *
   * @return how many rows
   * @throws FileException CONTRACT when a line does not fit the schema
   * @throws IOException when reading or writing fails
   */
  public static long write(InputStream ndjson, Schema schema, WritableByteChannel target)
      throws FileException, IOException {
    throw new UnsupportedOperationException();
  }
}

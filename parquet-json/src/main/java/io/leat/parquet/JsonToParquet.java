package io.leat.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** NDJSON back to Parquet, with the schema that was written down beside it. */
public final class JsonToParquet {
  private static final int MAX_LINE = 64 << 20;

  private JsonToParquet() {}

  /**
   * Reads NDJSON as {@link Conversion} writes it, without renames, and writes a Parquet file with
   * the same values and types, compressed with zstd.
   *
   * @return how many rows
   * @throws FileException CONTRACT when a line does not fit the schema; UNSUPPORTED for variants,
   *     whose types JSON does not keep
   * @throws IOException when reading or writing fails
   */
  public static long write(InputStream ndjson, Schema schema, WritableByteChannel target)
      throws FileException, IOException {
    long rows = 0;
    try (BufferedInputStream in = new BufferedInputStream(ndjson, 1 << 16);
        ParquetWriter<JsonPart> writer = new Builder(new Target(target), schema).build()) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (boolean more = true; more; ) {
        more = readLine(in, line, rows);
        byte[] bytes = line.toByteArray();
        if (bytes.length > 0) {
          writer.write(JsonPart.parse(bytes));
          rows++;
        }
      }
    } catch (JsonProcessingException e) {
      throw new FileException(
          FileErrorCategory.CONTRACT, "bad-json", "line " + (rows + 1) + " is not JSON", e);
    } catch (RowWriteSupport.Misfit e) {
      throw new FileException(
          FileErrorCategory.CONTRACT,
          "row-misfit",
          "line " + (rows + 1) + ": " + e.getMessage(),
          e);
    } catch (UnsupportedOperationException e) {
      throw new FileException(
          FileErrorCategory.UNSUPPORTED, "variant", String.valueOf(e.getMessage()), e);
    }
    return rows;
  }

  /** Reads up to a line feed or the end, for which it says false. */
  private static boolean readLine(InputStream in, ByteArrayOutputStream line, long rows)
      throws IOException, FileException {
    line.reset();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return true;
      }
      line.write(b);
      if (line.size() > MAX_LINE) {
        throw new FileException(
            FileErrorCategory.RESOURCE,
            "row-size",
            "line " + (rows + 1) + " is longer than " + MAX_LINE + " bytes");
      }
    }
    return false;
  }

  private static final class Builder extends ParquetWriter.Builder<JsonPart, Builder> {
    private final Schema schema;

    Builder(OutputFile file, Schema schema) {
      super(file);
      this.schema = schema;
      withConf(new PlainParquetConfiguration());
      withCompressionCodec(CompressionCodecName.ZSTD);
      withPageWriteChecksumEnabled(true);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract still, though another is called
    protected WriteSupport<JsonPart> getWriteSupport(Configuration configuration) {
      return new RowWriteSupport(schema);
    }

    @Override
    protected WriteSupport<JsonPart> getWriteSupport(ParquetConfiguration configuration) {
      return new RowWriteSupport(schema);
    }
  }

  /** A channel as parquet-java wants to write it. */
  private record Target(WritableByteChannel channel) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return new PositionOutputStream() {
        private long position;

        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
          ByteBuffer buffer = ByteBuffer.wrap(bytes, start, length);
          while (buffer.hasRemaining()) {
            channel.write(buffer);
          }
          position += length;
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}

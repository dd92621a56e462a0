package io.leat.files.work;

import com.github.luben.zstd.ZstdInputStream;
import io.leat.rules.file.ConvertSpec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a part. */
final class PartReader implements AutoCloseable {
  private static final int BUFFER = 1 << 18;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;

  PartReader(InputStream bytes, ConvertSpec.Compression compression) throws IOException {
    this.in = json(bytes, compression);
  }

  /** What was compressed. */
  static InputStream json(InputStream bytes, ConvertSpec.Compression compression)
      throws IOException {
    return switch (compression) {
      case NONE -> bytes;
      case GZIP -> new GZIPInputStream(new BufferedInputStream(bytes, BUFFER), BUFFER);
      case ZSTD -> new ZstdInputStream(bytes).setContinuous(false);
    };
  }

  /** The next line without its end; null behind the last. */
  byte @Nullable [] line() throws IOException {
    ByteArrayOutputStream line = null;
    while (true) {
      if (at == end) {
        end = in.read(buffer);
        at = 0;
        if (end <= 0) {
          end = 0;
          return line == null ? null : line.toByteArray();
        }
      }
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      if (at < end) {
        byte[] rest = java.util.Arrays.copyOfRange(buffer, from, at);
        at++;
        if (line == null) {
          return rest;
        }
        line.write(rest);
        return line.toByteArray();
      }
      line = line == null ? new ByteArrayOutputStream() : line;
      line.write(buffer, from, end - from);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

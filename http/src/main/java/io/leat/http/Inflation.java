package io.leat.http;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The content encodings, undone within a bound. */
enum Inflation {
  NONE,
  GZIP,
  ZSTD;

  /** Bounds the memory of a decoder at 8 MiB, what {@code zstd -19} asks for. */
  private static final int MAX_WINDOW_LOG = 23;

  /**
   * The encoding that the header names.
   *
   * @throws LeatException UNSUPPORTED_MEDIA_TYPE
   */
  static Inflation of(@Nullable String contentEncoding) {
    String name = contentEncoding == null ? "" : contentEncoding.trim().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> NONE;
      case "gzip", "x-gzip" -> GZIP;
      case "zstd" -> ZSTD;
      default ->
          throw new LeatException(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "The content encoding is not supported. Send gzip, zstd or none");
    };
  }

  /**
   * The decoded bytes. Takes CPU time; not for the event loop.
   *
   * @throws MalformedEncodingException when the bytes are not that
   * @throws LeatException BODY_TOO_LARGE
   */
  byte[] inflate(byte[] encoded, int maxBytes) {
    try (InputStream in = stream(new ByteArrayInputStream(encoded))) {
      byte[] bytes = new byte[(int) Math.min(maxBytes, Math.max(1024L, encoded.length * 4L))];
      int size = 0;
      while (true) {
        if (size == bytes.length) {
          int next = in.read();
          if (next < 0) {
            return bytes;
          }
          if (size == maxBytes) {
            throw new LeatException(
                ErrorCode.BODY_TOO_LARGE,
                "The decoded body has more than the " + maxBytes + " bytes that are taken here");
          }
          bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(1024, 2L * size)));
          bytes[size++] = (byte) next;
        }
        int count = in.read(bytes, size, bytes.length - size);
        if (count < 0) {
          return Arrays.copyOf(bytes, size);
        }
        size += count;
      }
    } catch (IOException e) {
      throw new MalformedEncodingException(
          "The body is not whole and valid " + name().toLowerCase(Locale.ROOT), encoded, e);
    }
  }

  private InputStream stream(InputStream encoded) throws IOException {
    if (encoded.available() == 0) {
      throw new EOFException("no bytes"); // the decoder of zstd takes them for an empty body
    }
    return switch (this) {
      case NONE -> encoded;
      case GZIP -> new GZIPInputStream(encoded, 8 * 1024);
      case ZSTD -> new ZstdInputStreamNoFinalizer(encoded).setLongMax(MAX_WINDOW_LOG);
    };
  }
}

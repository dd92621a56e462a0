package io.leat.app.cli;

import io.leat.app.client.BatchFormat;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The records of a file, byte for byte: the lines of NDJSON, or the elements of a JSON array (or
 * values one after the other), told apart by their first bytes. Not thread-safe.
 */
final class RecordSource implements AutoCloseable {
  private static final int LONGEST = 64 << 20;
  private static final int PEEK = 1 << 16;

  private final InputStream in;
  private final BatchFormat format;
  private long bytes;

  RecordSource(InputStream raw) throws IOException {
    this.in = raw instanceof BufferedInputStream ? raw : new BufferedInputStream(raw, PEEK);
    this.format = detect();
  }

  /** How the records are best sent on. */
  BatchFormat format() {
    return format;
  }

  /** Bytes read so far. */
  long bytes() {
    return bytes;
  }

  /** The next record, or null at the end. */
  byte @Nullable [] next() throws IOException {
    return format == BatchFormat.NDJSON ? nextLine() : nextValue();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private byte @Nullable [] nextLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    for (int b = read(); b >= 0; b = read()) {
      if (b != '\n') {
        line.write(b);
        bound(line);
      } else if (!isBlank(line)) {
        break;
      } else {
        line.reset();
      }
    }
    return isBlank(line) ? null : line.toByteArray();
  }

  private byte @Nullable [] nextValue() throws IOException {
    int b = read();
    while (b >= 0 && (isSpace(b) || b == ',' || b == '[' || b == ']')) {
      b = read();
    }
    if (b < 0) {
      return null;
    }
    ByteArrayOutputStream value = new ByteArrayOutputStream(512);
    int depth = 0;
    boolean inString = false;
    boolean escaped = false;
    for (; b >= 0; b = read()) {
      if (!inString && depth == 0 && (b == ',' || b == ']' || isSpace(b))) {
        break;
      }
      value.write(b);
      bound(value);
      if (inString) {
        inString = escaped || b != '"';
        escaped = !escaped && b == '\\';
      } else if (b == '"') {
        inString = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        depth--;
        if (depth == 0) {
          break;
        }
      }
    }
    return value.toByteArray();
  }

  /** An array, or an object that goes on over several lines, is JSON; all else is NDJSON. */
  private BatchFormat detect() throws IOException {
    in.mark(PEEK);
    byte[] head = in.readNBytes(PEEK - 1);
    in.reset();
    int depth = 0;
    boolean inString = false;
    boolean escaped = false;
    boolean started = false;
    for (byte b : head) {
      if (!started && isSpace(b)) {
        continue;
      }
      if (!started && b == '[') {
        return BatchFormat.ARRAY;
      }
      started = true;
      if (b == '\n') {
        // A line cut within a string is a broken line, one cut within an object a long object.
        return depth > 0 && !inString ? BatchFormat.ARRAY : BatchFormat.NDJSON;
      }
      if (inString) {
        inString = escaped || b != '"';
        escaped = !escaped && b == '\\';
      } else if (b == '"') {
        inString = true;
      } else {
        depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
      }
    }
    return BatchFormat.NDJSON;
  }

  private int read() throws IOException {
    int b = in.read();
    bytes += b >= 0 ? 1 : 0;
    return b;
  }

  private static void bound(ByteArrayOutputStream record) throws IOException {
    if (record.size() > LONGEST) {
      throw new IOException("a record is longer than 64 MiB; is this NDJSON or a JSON array?");
    }
  }

  private static boolean isBlank(ByteArrayOutputStream line) {
    for (byte b : line.toByteArray()) {
      if (!isSpace(b)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(int b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}

package io.leat.app.backup;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * The records of a partition, byte for byte, in a file. All numbers are big-endian:
 *
 * <pre>
 * file   = "LEATLOG1" record* end
 * record = length of the body (int32, at least 0), CRC-32C of the body (int32), body
 * body   = offset (int64), timestamp in ms (int64), bytes of the key, bytes of the value,
 *          number of headers (int32), for each: bytes of the name in UTF-8, bytes of the value
 * bytes  = length (int32, -1 for none), so many bytes
 * end    = -1 (int32), number of records (int64)
 * </pre>
 */
public final class LogTail {
  private static final byte[] MAGIC = "LEATLOG1".getBytes(StandardCharsets.US_ASCII);

  private static final int LARGEST = 256 << 20;

  private LogTail() {}

  /** A record, as Kafka had it. */
  public record Logged(
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      List<Header> headers) {}

  /** Takes records. */
  @FunctionalInterface
  public interface Taking {
    void take(Logged one) throws IOException;
  }

  /** Writes a file; owned by one thread. */
  public static final class Writer implements AutoCloseable {
    private final DataOutputStream out;
    private final CRC32C crc = new CRC32C();
    private long records;

    /**
     * @param out is flushed, not closed, by {@link #close}
     */
    public Writer(OutputStream out) throws IOException {
      this.out = new DataOutputStream(new java.io.BufferedOutputStream(out, 1 << 16));
      this.out.write(MAGIC);
    }

    /** Appends a record. */
    public void add(Logged one) throws IOException {
      byte[] body = body(one);
      crc.reset();
      crc.update(body);
      out.writeInt(body.length);
      out.writeInt((int) crc.getValue());
      out.write(body);
      records++;
    }

    /** How many were appended. */
    public long records() {
      return records;
    }

    /** Writes the end. */
    @Override
    public void close() throws IOException {
      out.writeInt(-1);
      out.writeLong(records);
      out.flush();
    }
  }

  private static byte[] body(Logged one) {
    List<byte[]> names =
        one.headers().stream().map(h -> h.key().getBytes(StandardCharsets.UTF_8)).toList();
    int size = 20 + size(one.key()) + size(one.value());
    for (int i = 0; i < names.size(); i++) {
      size += size(names.get(i)) + size(one.headers().get(i).value());
    }
    ByteBuffer body = ByteBuffer.allocate(size);
    body.putLong(one.offset()).putLong(one.timestamp());
    put(body, one.key());
    put(body, one.value());
    body.putInt(names.size());
    for (int i = 0; i < names.size(); i++) {
      put(body, names.get(i));
      put(body, one.headers().get(i).value());
    }
    return body.array();
  }

  private static int size(byte @Nullable [] bytes) {
    return 4 + (bytes == null ? 0 : bytes.length);
  }

  private static void put(ByteBuffer body, byte @Nullable [] bytes) {
    body.putInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      body.put(bytes);
    }
  }

  /**
   * Reads a file to its end.
   *
   * @return how many records it had
   * @throws IOException when it is not one, is cut off, or a record is not what was written
   */
  public static long read(InputStream file, Taking taking) throws IOException {
    DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(file, 1 << 16));
    try {
      if (!java.util.Arrays.equals(MAGIC, in.readNBytes(MAGIC.length))) {
        throw new IOException("it holds no log records");
      }
      CRC32C crc = new CRC32C();
      for (long records = 0; ; records++) {
        int length = in.readInt();
        if (length == -1) {
          if (in.readLong() != records || in.read() >= 0) {
            throw new IOException("its end does not fit its " + records + " records");
          }
          return records;
        }
        if (length < 0 || length > LARGEST) {
          throw new IOException("record " + records + " cannot have " + length + " bytes");
        }
        int expected = in.readInt();
        byte[] body = in.readNBytes(length);
        crc.reset();
        crc.update(body);
        if (body.length < length || (int) crc.getValue() != expected) {
          throw new IOException("record " + records + " is damaged");
        }
        taking.take(record(ByteBuffer.wrap(body)));
      }
    } catch (EOFException e) {
      throw new IOException("it is cut off", e);
    }
  }

  private static Logged record(ByteBuffer body) {
    long offset = body.getLong();
    long timestamp = body.getLong();
    byte[] key = bytes(body);
    byte[] value = bytes(body);
    int count = body.getInt();
    List<Header> headers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] name = bytes(body);
      headers.add(
          new RecordHeader(
              name == null ? "" : new String(name, StandardCharsets.UTF_8), bytes(body)));
    }
    return new Logged(offset, timestamp, key, value, List.copyOf(headers));
  }

  private static byte @Nullable [] bytes(ByteBuffer body) {
    int length = body.getInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    body.get(bytes);
    return bytes;
  }
}

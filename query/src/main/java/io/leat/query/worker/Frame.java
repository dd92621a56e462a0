package io.leat.query.worker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * One message between parent and worker: four bytes of length (big-endian, of what follows), one
 * byte of type, the payload.
 *
 * @param type one of the constants of this class
 * @param payload UTF-8, by type JSON or text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never copied for speed
public record Frame(byte type, byte[] payload) {
  /** To the worker: SQL text, to be answered by {@link #TREE} or {@link #FAILED}. */
  public static final byte ANALYZE = 'A';

  /**
   * To the worker: JSON with {@code now} (microseconds since 1970) and {@code expressions}, parts
   * of a tree, to be answered by {@link #VALUES} or {@link #FAILED}.
   */
  public static final byte COMPUTE = 'P';

  /** To the worker: JSON of a query, to be answered by COLUMNS, any ROWS, then DONE or FAILED. */
  public static final byte EXECUTE = 'E';

  /** To the worker: the number of the query that is to end, in decimal digits. */
  public static final byte CANCEL = 'C';

  /** From the worker, once: it is ready. JSON with {@code pid} and {@code version}. */
  public static final byte READY = 'H';

  /** From the worker: what {@code json_serialize_sql} makes of the statement. */
  public static final byte TREE = 'T';

  /** From the worker: JSON array of {@code {"type","text"}}, null for what has no value. */
  public static final byte VALUES = 'V';

  /** From the worker: JSON array of {@code {"name","type"}}. */
  public static final byte COLUMNS = 'S';

  /** From the worker: JSON array of rows, each an array. */
  public static final byte ROWS = 'R';

  /** From the worker: JSON with {@code rows} and {@code truncated}. */
  public static final byte DONE = 'D';

  /** From the worker: JSON with {@code code} (of the error catalogue) and {@code message}. */
  public static final byte FAILED = 'F';

  /** Bytes of the largest payload. */
  public static final int MAX_BYTES = 64 << 20;

  /** Writes and flushes. The caller sees to it that frames are not mixed. */
  public void writeTo(DataOutputStream out) throws IOException {
    out.writeInt(payload.length + 1);
    out.writeByte(type);
    out.write(payload);
    out.flush();
  }

  /**
   * Reads the next one.
   *
   * @throws EOFException when the other side has closed
   * @throws IOException when what arrives is no frame
   */
  public static Frame readFrom(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 1 || length > MAX_BYTES) {
      throw new IOException("A frame of " + length + " bytes");
    }
    byte type = in.readByte();
    byte[] payload = in.readNBytes(length - 1);
    if (payload.length < length - 1) {
      throw new EOFException("The other side closed in mid-frame");
    }
    return new Frame(type, payload);
  }
}

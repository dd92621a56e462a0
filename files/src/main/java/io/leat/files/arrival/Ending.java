package io.leat.files.arrival;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Whether a file has its end yet: Parquet's is written last. */
enum Ending {
  /** The footer is there. */
  WHOLE,
  /** It begins as Parquet and has no footer yet. */
  MISSING,
  /** It does not begin as Parquet: waiting does not help. */
  OTHER;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENCRYPTED = "PARE".getBytes(StandardCharsets.US_ASCII);
  private static final int FOOTER = 8;

  static Ending of(Path path) throws IOException {
    // By the path, not by its text, which may not say all bytes of the name.
    try (FileChannel file = FileChannel.open(path)) {
      long length = file.size();
      if (length < MAGIC.length) {
        return MISSING;
      }
      if (!isMagic(read(file, 0, MAGIC.length))) {
        return OTHER;
      }
      if (length < 2L * MAGIC.length + FOOTER / 2) {
        return MISSING;
      }
      byte[] end = read(file, length - FOOTER, FOOTER);
      long footer =
          (end[0] & 0xFFL)
              | (end[1] & 0xFFL) << 8
              | (end[2] & 0xFFL) << 16
              | (end[3] & 0xFFL) << 24;
      return isMagic(Arrays.copyOfRange(end, 4, 8)) && footer <= length - FOOTER - 4
          ? WHOLE
          : MISSING;
    }
  }

  private static byte[] read(FileChannel file, long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, from + bytes.position()) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
    return bytes.array();
  }

  private static boolean isMagic(byte[] four) {
    return Arrays.equals(four, MAGIC) || Arrays.equals(four, ENCRYPTED);
  }
}

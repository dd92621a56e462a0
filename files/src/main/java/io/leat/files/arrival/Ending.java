package io.leat.files.arrival;

import java.io.IOException;
import java.io.RandomAccessFile;
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
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] four = new byte[4];
      long length = file.length();
      if (length < four.length) {
        return MISSING;
      }
      file.readFully(four);
      if (!isMagic(four)) {
        return OTHER;
      }
      if (length < 2L * four.length + FOOTER / 2) {
        return MISSING;
      }
      byte[] end = new byte[FOOTER];
      file.seek(length - FOOTER);
      file.readFully(end);
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

  private static boolean isMagic(byte[] four) {
    return Arrays.equals(four, MAGIC) || Arrays.equals(four, ENCRYPTED);
  }
}

package io.leat.files.place;

import java.nio.charset.StandardCharsets;

/** Names that a file system takes: most take 255 bytes, whatever the number of characters. */
public final class FileNames {
  /** Bytes that a name may have. */
  public static final int MOST = 255;

  private FileNames() {}

  /** The end of a text, of so many bytes in UTF-8 at most. */
  public static String tail(String text, int most) {
    int from = text.length();
    int left = most;
    while (from > 0) {
      String last = text.substring(text.offsetByCodePoints(from, -1), from);
      left -= bytes(last);
      if (left < 0) {
        break;
      }
      from -= last.length();
    }
    return text.substring(from);
  }

  /** How many bytes of UTF-8 a text has. */
  public static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}

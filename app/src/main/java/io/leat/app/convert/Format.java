package io.leat.app.convert;

import io.leat.parquet.Compression;
import io.leat.parquet.Layout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a file of JSON is like inside. */
record Format(Layout layout, Compression compression) {
  /** Where nothing says otherwise. */
  static final Format COMMON = new Format(Layout.NDJSON, Compression.NONE);

  /**
   * A file's name taken apart.
   *
   * @param stem before the extensions
   * @param layout that the extension says; null if it says none
   * @param compression that the extension says
   */
  record Named(String stem, @Nullable Layout layout, Compression compression) {
    /** What the name leaves open is as is common. */
    Format format() {
      return new Format(layout == null ? Layout.NDJSON : layout, compression);
    }
  }

  static Named named(String name) {
    String rest = name;
    Compression compression = Compression.NONE;
    if (endsWith(rest, ".gz")) {
      compression = Compression.GZIP;
    } else if (endsWith(rest, ".zst") || endsWith(rest, ".zstd")) {
      compression = Compression.ZSTD;
    }
    if (compression != Compression.NONE) {
      rest = withoutExtension(rest);
    }
    if (endsWith(rest, ".ndjson") || endsWith(rest, ".jsonl")) {
      return new Named(withoutExtension(rest), Layout.NDJSON, compression);
    }
    if (endsWith(rest, ".json")) {
      return new Named(withoutExtension(rest), Layout.ARRAY, compression);
    }
    return new Named(rest, null, compression);
  }

  /** The extensions of a file like this. */
  String extension() {
    String inner = layout == Layout.NDJSON ? ".ndjson" : ".json";
    return switch (compression) {
      case NONE -> inner;
      case GZIP -> inner + ".gz";
      case ZSTD -> inner + ".zst";
    };
  }

  private static boolean endsWith(String name, String extension) {
    return name.length() > extension.length() && name.toLowerCase(Locale.ROOT).endsWith(extension);
  }

  private static String withoutExtension(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }
}

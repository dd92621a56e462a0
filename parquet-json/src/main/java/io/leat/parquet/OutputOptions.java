package io.leat.parquet;

/**
 * How the output is laid out.
 *
 * @param splitRows rows of a part, or 0 for no bound
 * @param splitBytes of JSON of a part before compression, or 0 for no bound; a row that is longer
 *     has a part of its own
 * @param alignPartsToRowGroups no part spans two row groups, so that a resume can begin at each
 * @param checksums whether parts get a SHA-256
 * @param compressionLevel of gzip or zstd; 0 for the library's default
 * @param maxJsonBytes of JSON of all parts before compression; more is refused
 */
public record OutputOptions(
    Layout layout,
    Compression compression,
    long splitRows,
    long splitBytes,
    boolean alignPartsToRowGroups,
    boolean checksums,
    int compressionLevel,
    long maxJsonBytes) {
  /** One part of NDJSON, with a checksum, of any size. */
  public static final OutputOptions DEFAULT =
      new OutputOptions(Layout.NDJSON, Compression.NONE, 0, 0, false, true, 0, Long.MAX_VALUE);

  public OutputOptions {
    if (splitRows < 0 || splitBytes < 0 || compressionLevel < 0 || maxJsonBytes < 0) {
      throw new IllegalArgumentException(
          "splitRows, splitBytes, compressionLevel and maxJsonBytes are at least 0");
    }
  }

  /** These, in another layout. */
  public OutputOptions withLayout(Layout other) {
    return new OutputOptions(
        other,
        compression,
        splitRows,
        splitBytes,
        alignPartsToRowGroups,
        checksums,
        compressionLevel,
        maxJsonBytes);
  }

  /** These, compressed in another way. */
  public OutputOptions withCompression(Compression other) {
    return new OutputOptions(
        layout,
        other,
        splitRows,
        splitBytes,
        alignPartsToRowGroups,
        checksums,
        compressionLevel,
        maxJsonBytes);
  }

  /** These, with other bounds of a part. */
  public OutputOptions withSplit(long rows, long bytes) {
    return new OutputOptions(
        layout,
        compression,
        rows,
        bytes,
        alignPartsToRowGroups,
        checksums,
        compressionLevel,
        maxJsonBytes);
  }

  /** These, with parts that end where row groups end. */
  public OutputOptions alignedToRowGroups() {
    return new OutputOptions(
        layout,
        compression,
        splitRows,
        splitBytes,
        true,
        checksums,
        compressionLevel,
        maxJsonBytes);
  }

  /** These, without checksums. */
  public OutputOptions withoutChecksums() {
    return new OutputOptions(
        layout,
        compression,
        splitRows,
        splitBytes,
        alignPartsToRowGroups,
        false,
        compressionLevel,
        maxJsonBytes);
  }

  /** These, with another bound of all parts together. */
  public OutputOptions withMaxJsonBytes(long bytes) {
    return new OutputOptions(
        layout,
        compression,
        splitRows,
        splitBytes,
        alignPartsToRowGroups,
        checksums,
        compressionLevel,
        bytes);
  }
}

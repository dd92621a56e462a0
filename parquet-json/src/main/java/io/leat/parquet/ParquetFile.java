package io.leat.parquet;

import java.util.List;
import java.util.Map;

/** An opened, validated file: magic, footer, schema, row groups within limits. It holds no data. */
public final class ParquetFile implements AutoCloseable {
  private final ByteSource source;

  private ParquetFile(ByteSource source) {
    this.source = source;
  }

  /**
   * Reads and judges the footer. The source is closed with the file, or when this fails.
   *
   * @throws FileException when the file is refused
   */
  public static ParquetFile open(ByteSource source, Limits limits) throws FileException {
    throw new UnsupportedOperationException();
  }

  /** Of all row groups. */
  public long rows() {
    return rowGroups().stream().mapToLong(RowGroup::rows).sum();
  }

  /** In the order of the file. */
  public List<RowGroup> rowGroups() {
    return List.of();
  }

  /** The columns. */
  public Schema schema() {
    return new Schema("", List.of());
  }

  /** What the writer noted beside the schema. */
  public Map<String, String> keyValues() {
    return Map.of();
  }

  /** Which program wrote it; empty if it does not say. */
  public String createdBy() {
    return "";
  }

  /** Of the file. */
  public long bytes() {
    return source.size();
  }

  @Override
  public void close() throws FileException {}
}

package io.leat.parquet;

import io.leat.parquet.bounds.Refusal;
import io.leat.parquet.format.ChunkMeta;
import io.leat.parquet.format.FileMeta;
import io.leat.parquet.format.FooterReader;
import io.leat.parquet.format.GroupMeta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An opened, validated file: magic, footer, schema, row groups within limits. It holds no data. */
public final class ParquetFile implements AutoCloseable {
  private static final int MAGIC = 0x31524150;
  private static final int MAGIC_ENCRYPTED = 0x45524150;

  /** Magic in front, length of the footer and magic behind. */
  private static final int LEAST = 12;

  private final ByteSource source;
  private final Limits limits;
  private final FileMeta meta;
  private final Schema schema;
  private final List<Leaf> leaves;
  private final List<RowGroup> rowGroups;

  private ParquetFile(ByteSource source, Limits limits, FileMeta meta) {
    this.source = source;
    this.limits = limits;
    this.meta = meta;
    SchemaReader.Result result = SchemaReader.read(meta.schema(), limits);
    this.schema = result.schema();
    this.leaves = result.leaves();
    this.rowGroups = judge(meta);
  }

  /**
   * Reads and judges the footer. The source is closed with the file, or when this fails.
   *
   * @throws FileException when the file is refused
   */
  public static ParquetFile open(ByteSource source, Limits limits) throws FileException {
    try {
      return new ParquetFile(source, limits, footer(source, limits));
    } catch (IOException | RuntimeException e) {
      close(source, e);
      throw Failures.of(e);
    } catch (Error e) {
      close(source, e);
      throw e;
    }
  }

  private static void close(ByteSource source, Throwable because) {
    try {
      source.close();
    } catch (IOException closing) {
      because.addSuppressed(closing);
    }
  }

  private static FileMeta footer(ByteSource source, Limits limits) throws IOException {
    long size = source.size();
    if (size < LEAST) {
      throw Refusal.corrupt(
          "not-parquet", "a file of " + size + " bytes is too short to be Parquet");
    }
    ByteBuffer tail = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    source.read(size - 8, tail);
    int length = tail.getInt(0);
    int magic = tail.getInt(4);
    if (magic == MAGIC_ENCRYPTED) {
      throw Refusal.unsupported("encrypted", "the file is encrypted, which is not read");
    }
    if (magic != MAGIC) {
      throw Refusal.corrupt(
          "not-parquet", "the file does not end with PAR1: it is not Parquet, or not complete");
    }
    if (length < 0 || length > size - LEAST) {
      throw Refusal.corrupt("bad-footer", "the footer would be longer than the file");
    }
    if (length > limits.maxFooterBytes() || length > limits.memoryBytes()) {
      throw Refusal.resource(
          "footer-size",
          "the footer has " + length + " bytes, more than maxFooterBytes or memoryBytes");
    }
    byte[] bytes = new byte[length];
    source.read(size - 8 - length, ByteBuffer.wrap(bytes));
    int elements = (int) Math.min(Integer.MAX_VALUE, limits.maxColumns() * 4L + 100);
    return FooterReader.read(bytes, elements, limits.memoryBytes());
  }

  private List<RowGroup> judge(FileMeta file) {
    if (file.encrypted()) {
      throw Refusal.unsupported("encrypted", "the file is encrypted, which is not read");
    }
    List<RowGroup> groups = new ArrayList<>();
    long first = 0;
    for (GroupMeta group : file.groups()) {
      if (group.chunks().size() != leaves.size()) {
        throw Refusal.corrupt(
            "bad-footer", "a row group has another number of columns than the schema");
      }
      long compressed = 0;
      long uncompressed = 0;
      for (int i = 0; i < leaves.size(); i++) {
        ChunkMeta chunk = group.chunks().get(i);
        judge(chunk, leaves.get(i), group.rows());
        if (group.rows() > 0) {
          compressed = sum(compressed, chunk.bytes());
          uncompressed = sum(uncompressed, chunk.uncompressed());
        }
      }
      groups.add(new RowGroup(groups.size(), first, group.rows(), compressed, uncompressed));
      first += group.rows();
      if (first < 0 || first > limits.maxRows()) {
        throw Refusal.resource("rows", "the file has more rows than maxRows = " + limits.maxRows());
      }
    }
    if (file.rows() >= 0 && file.rows() != first) {
      throw Refusal.corrupt(
          "bad-footer", "the row groups have another number of rows than the file");
    }
    return List.copyOf(groups);
  }

  /** Of two that are not negative; the most that there is if it is more. */
  private static long sum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private void judge(ChunkMeta chunk, Leaf leaf, long rows) {
    if (chunk.type() != leaf.type()) {
      throw Refusal.corrupt("bad-footer", "a column chunk has another type than the schema");
    }
    boolean isInside =
        chunk.start() >= 4
            && chunk.start() <= source.size()
            && chunk.bytes() <= source.size() - chunk.start();
    if (rows > 0 && !isInside) { // writers put anything there when there is nothing to read
      throw Refusal.corrupt("bad-footer", "a column chunk lies outside the file");
    }
    if (leaf.maxRepetition() == 0 && chunk.values() != rows) {
      throw Refusal.corrupt(
          "bad-footer", "a column chunk has another number of rows than its group");
    }
  }

  /** Of all row groups. */
  public long rows() {
    return rowGroups.stream().mapToLong(RowGroup::rows).sum();
  }

  /** In the order of the file. */
  public List<RowGroup> rowGroups() {
    return rowGroups;
  }

  /** The columns. */
  public Schema schema() {
    return schema;
  }

  /** What the footer says of each column that holds values, in the order of the file. */
  public List<ColumnSummary> columns() {
    return leaves.stream().map(leaf -> ColumnSummaries.of(leaf, meta.groups())).toList();
  }

  /** What the writer noted beside the schema. */
  public Map<String, String> keyValues() {
    return meta.keyValues();
  }

  /** Which program wrote it; empty if it does not say. */
  public String createdBy() {
    return meta.createdBy();
  }

  /** Of the file. */
  public long bytes() {
    return source.size();
  }

  ByteSource source() {
    return source;
  }

  Limits limits() {
    return limits;
  }

  List<Leaf> leaves() {
    return leaves;
  }

  GroupMeta group(int index) {
    return meta.groups().get(index);
  }

  /**
   * Closes the source.
   *
   * @throws FileException when that fails
   */
  @Override
  public void close() throws FileException {
    try {
      source.close();
    } catch (IOException e) {
      throw Failures.of(e);
    }
  }
}

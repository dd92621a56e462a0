package io.leat.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Files of one page, put together by hand, so that they can say what no writer would say. */
final class HandmadeFile {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  /** Where the only page begins. */
  private static final int FIRST = 4;

  private HandmadeFile() {}

  /** The root of a schema. */
  static SchemaElement root(int children) {
    return new SchemaElement("root").setNum_children(children);
  }

  /** A group. */
  static SchemaElement group(String name, FieldRepetitionType repetition, int children) {
    return new SchemaElement(name).setRepetition_type(repetition).setNum_children(children);
  }

  /** A column. */
  static SchemaElement leaf(String name, FieldRepetitionType repetition, Type type) {
    return new SchemaElement(name).setRepetition_type(repetition).setType(type);
  }

  /** A required column that is the only one. */
  static List<SchemaElement> only(SchemaElement leaf) {
    return List.of(root(1), leaf);
  }

  /** Of a page whose levels, if there are some, are in runs. */
  static DataPageHeader header(int values, Encoding encoding) {
    return new DataPageHeader(values, encoding, Encoding.RLE, Encoding.RLE);
  }

  /** What a writer of values has written. */
  static byte[] bytes(BytesInput written) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    written.writeAllTo(out);
    return out.toByteArray();
  }

  /**
   * A file.
   *
   * @param rows that its only row group says to have
   * @param body of the page
   * @param change what the column chunk's metadata says otherwise
   */
  static byte[] of(
      List<SchemaElement> schema,
      long rows,
      DataPageHeader header,
      byte[] body,
      Consumer<ColumnMetaData> change)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    PageHeader page = new PageHeader(PageType.DATA_PAGE, body.length, body.length);
    page.setData_page_header(header);
    Util.writePageHeader(page, out);
    out.writeBytes(body);
    long size = (long) out.size() - FIRST;
    List<String> path = new ArrayList<>();
    schema.subList(1, schema.size()).forEach(element -> path.add(element.getName()));
    ColumnMetaData meta =
        new ColumnMetaData(
            schema.get(schema.size() - 1).getType(),
            List.of(header.getEncoding()),
            path,
            CompressionCodec.UNCOMPRESSED,
            header.getNum_values(),
            size,
            size,
            FIRST);
    change.accept(meta);
    ColumnChunk chunk = new ColumnChunk(FIRST).setMeta_data(meta);
    RowGroup group = new RowGroup(List.of(chunk), size, rows);
    return end(out, new FileMetaData(1, schema, rows, List.of(group)));
  }

  /** A file that has columns, and no rows. */
  static byte[] empty(List<SchemaElement> schema) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    return end(out, new FileMetaData(1, schema, 0, List.of()));
  }

  private static byte[] end(ByteArrayOutputStream out, FileMetaData footer) throws IOException {
    int before = out.size();
    Util.writeFileMetaData(footer, out);
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(length.putInt(out.size() - before).array());
    out.writeBytes(MAGIC);
    return out.toByteArray();
  }
}

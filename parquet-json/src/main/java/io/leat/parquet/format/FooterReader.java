package io.leat.parquet.format;

import io.leat.parquet.bounds.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the footer. Format:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
public final class FooterReader {
  /** What an object made of the footer takes in memory, roughly. */
  private static final int OBJECT_BYTES = 200;

  /** Longer bounds are of no use for leaving out row groups. */
  private static final int MAX_STATISTIC = 256;

  /** Its number in the union of logical types. */
  private static final int GEOGRAPHY = 18;

  private final ThriftReader in = new ThriftReader();
  private final int maxElements;
  private final long maxObjects;
  private long objects;
  private boolean encrypted;

  /** Of the schema's element that is read. */
  private String crs = "";

  private FooterReader(int maxElements, long memoryBytes) {
    this.maxElements = maxElements;
    this.maxObjects = memoryBytes / OBJECT_BYTES;
  }

  /**
   * Reads it.
   *
   * @param maxElements of the schema
   * @param memoryBytes that its objects may take
   */
  public static FileMeta read(byte[] bytes, int maxElements, long memoryBytes) {
    FooterReader reader = new FooterReader(maxElements, memoryBytes);
    reader.in.reset(bytes, 0, bytes.length);
    return reader.file();
  }

  private FileMeta file() {
    List<SchemaElement> schema = List.of();
    List<GroupMeta> groups = new ArrayList<>();
    Map<String, String> keyValues = new LinkedHashMap<>();
    String createdBy = "";
    long rows = -1;
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      switch (id) {
        case 2 -> schema = schema();
        case 3 -> rows = in.int64();
        case 4 -> groups = groups();
        case 5 -> keyValues(keyValues);
        case 6 -> createdBy = in.string();
        case 8 -> {
          encrypted = true;
          in.skip();
        }
        default -> in.skip();
      }
    }
    in.end(saved);
    if (schema.isEmpty()) {
      throw Refusal.corrupt("bad-footer", "the footer has no schema");
    }
    return new FileMeta(schema, rows, groups, keyValues, createdBy, encrypted);
  }

  private List<SchemaElement> schema() {
    int size = in.list(ThriftReader.STRUCT);
    if (size > maxElements) {
      throw Refusal.resource(
          "columns", "the schema has " + size + " elements, more than " + maxElements);
    }
    List<SchemaElement> schema = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      schema.add(element());
    }
    return schema;
  }

  private SchemaElement element() {
    String name = "";
    int type = -1;
    int length = 0;
    int repetition = 0;
    int children = 0;
    int converted = -1;
    int scale = 0;
    int precision = 0;
    int fieldId = -1;
    boolean hasId = false;
    int[] logical = new int[3];
    crs = "";
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      switch (id) {
        case 1 -> type = in.int32();
        case 2 -> length = in.int32();
        case 3 -> repetition = in.int32();
        case 4 -> name = in.string();
        case 5 -> children = in.int32();
        case 6 -> converted = in.int32();
        case 7 -> scale = in.int32();
        case 8 -> precision = in.int32();
        case 9 -> {
          fieldId = in.int32();
          hasId = true;
        }
        case 10 -> logical(logical);
        default -> in.skip();
      }
    }
    in.end(saved);
    if (children > 0) {
      type = -1;
    }
    return new SchemaElement(
        name,
        type,
        length,
        repetition,
        children,
        converted,
        scale,
        precision,
        fieldId,
        hasId,
        logical[0],
        logical[1],
        logical[2],
        crs);
  }

  /** Into the number of the union's field and its two arguments. */
  private void logical(int[] into) {
    in.struct();
    int union = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      into[0] = id;
      if (!in.isType(ThriftReader.STRUCT)) {
        in.skip();
        continue;
      }
      if (id == GEOGRAPHY) {
        into[2] = -1;
      }
      int saved = in.begin();
      for (int part = in.field(); part != 0; part = in.field()) {
        argument(into, id, part);
      }
      in.end(saved);
    }
    in.end(union);
  }

  private void argument(int[] into, int type, int part) {
    switch (type * 10 + part) {
      case 51, 52 -> into[part] = in.int32();
      case 71, 81 -> into[2] = in.bool() ? 1 : 0;
      case 72, 82 -> into[1] = unit();
      case 101 -> into[1] = in.int8();
      case 102 -> into[2] = in.bool() ? 1 : 0;
      case 171, 181 -> crs = in.string();
      case 182 -> into[2] = in.int32();
      default -> in.skip();
    }
  }

  private int unit() {
    in.struct();
    int unit = 0;
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      unit = id;
      in.skip();
    }
    in.end(saved);
    return unit;
  }

  private void keyValues(Map<String, String> into) {
    int size = in.list(ThriftReader.STRUCT);
    for (int i = 0; i < size; i++) {
      count();
      String key = "";
      String value = "";
      int saved = in.begin();
      for (int id = in.field(); id != 0; id = in.field()) {
        switch (id) {
          case 1 -> key = in.string();
          case 2 -> value = in.string();
          default -> in.skip();
        }
      }
      in.end(saved);
      into.put(key, value);
    }
  }

  private List<GroupMeta> groups() {
    int size = in.list(ThriftReader.STRUCT);
    List<GroupMeta> groups = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      count();
      List<ChunkMeta> chunks = List.of();
      long rows = -1;
      int saved = in.begin();
      for (int id = in.field(); id != 0; id = in.field()) {
        switch (id) {
          case 1 -> chunks = chunks();
          case 3 -> rows = in.int64();
          default -> in.skip();
        }
      }
      in.end(saved);
      if (rows < 0) {
        throw Refusal.corrupt("bad-footer", "a row group has no number of rows");
      }
      groups.add(new GroupMeta(rows, chunks));
    }
    return groups;
  }

  private List<ChunkMeta> chunks() {
    int size = in.list(ThriftReader.STRUCT);
    List<ChunkMeta> chunks = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      count();
      chunks.add(chunk());
    }
    return chunks;
  }

  private ChunkMeta chunk() {
    ChunkMeta meta = null;
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      switch (id) {
        case 1 -> {
          if (in.binary().length > 0) {
            throw Refusal.unsupported(
                "other-file", "columns are in other files, which is not read");
          }
        }
        case 3 -> {
          in.struct();
          meta = meta();
        }
        case 8, 9 -> {
          encrypted = true;
          in.skip();
        }
        default -> in.skip();
      }
    }
    in.end(saved);
    if (encrypted) {
      throw Refusal.unsupported("encrypted", "the file is encrypted, which is not read");
    }
    if (meta == null) {
      throw Refusal.corrupt("bad-footer", "a column chunk has no metadata");
    }
    return meta;
  }

  private ChunkMeta meta() {
    int type = -1;
    int codec = -1;
    int encodings = 0;
    long values = -1;
    long uncompressed = -1;
    long bytes = -1;
    long data = -1;
    long dictionary = 0;
    byte[] @Nullable [] bounds = new byte[2][];
    long[] nulls = {-1};
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      switch (id) {
        case 1 -> type = in.int32();
        case 2 -> encodings = encodings();
        case 4 -> codec = in.int32();
        case 5 -> values = in.int64();
        case 6 -> uncompressed = in.int64();
        case 7 -> bytes = in.int64();
        case 9 -> data = in.int64();
        case 11 -> dictionary = in.int64();
        case 12 -> statistics(bounds, nulls);
        default -> in.skip();
      }
    }
    in.end(saved);
    if (type < 0 || codec < 0 || values < 0 || bytes < 0 || data < 0 || uncompressed < 0) {
      throw Refusal.corrupt("bad-footer", "a column chunk's metadata is not complete");
    }
    // Some writers say 0 where there is no dictionary, or a position behind the data.
    long start = dictionary > 0 && dictionary < data ? dictionary : data;
    return new ChunkMeta(
        type, codec, encodings, values, start, bytes, uncompressed, bounds[0], bounds[1], nulls[0]);
  }

  /** As bits; numbers that no bit stands for are left out. */
  private int encodings() {
    int size = in.list(ThriftReader.I32);
    int bits = 0;
    for (int i = 0; i < size; i++) {
      int number = in.intElement();
      if (number >= 0 && number < Integer.SIZE - 1) {
        bits |= 1 << number;
      }
    }
    return bits;
  }

  private void statistics(byte[] @Nullable [] bounds, long[] nulls) {
    in.struct();
    int saved = in.begin();
    for (int id = in.field(); id != 0; id = in.field()) {
      switch (id) {
        case 3 -> nulls[0] = in.int64();
        case 5 -> bounds[1] = bound();
        case 6 -> bounds[0] = bound();
        default -> in.skip();
      }
    }
    in.end(saved);
  }

  private byte @Nullable [] bound() {
    byte[] value = in.binary();
    return value.length > MAX_STATISTIC ? null : value;
  }

  private void count() {
    if (++objects > maxObjects) {
      throw Refusal.resource(
          "footer-size", "the footer would take more memory than memoryBytes allows");
    }
  }
}

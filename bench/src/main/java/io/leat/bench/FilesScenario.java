package io.leat.bench;

import io.leat.parquet.ByteSource;
import io.leat.parquet.Conversion;
import io.leat.parquet.Converted;
import io.leat.parquet.JsonOptions;
import io.leat.parquet.Limits;
import io.leat.parquet.OutputOptions;
import io.leat.parquet.ParquetFile;
import io.leat.parquet.PartSink;
import io.leat.parquet.Progress;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupValueSource;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;

/**
 * 10: a Parquet file to a file of NDJSON, by DuckDB, by parquet-java's usual path and by Leat; and
 * what the file system takes for the same bytes.
 */
final class FilesScenario implements Scenario {
  private static final int THREADS = 2;
  private static final int CHUNK = 1 << 20;

  /** Who converts. */
  enum Kind {
    DUCKDB("DuckDB COPY (FORMAT json), 2 threads"),
    PARQUET_JAVA("parquet-java's groups to JSON, as its CLI does, 1 thread"),
    OURS("Leat, 2 threads"),
    DISK("the limit: as many bytes written, 1 thread");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private final ParquetShapes shape;
  private final Kind kind;
  private final Path file;
  private final Path json;
  private final boolean isRewritten;
  private final long rows;
  private long bytes;

  /**
   * @param isRewritten whether the file is one that DuckDB wrote of it, with row groups of 122,880
   *     rows: DuckDB reads a row group with one thread only
   */
  FilesScenario(Options options, ParquetShapes shape, Kind kind, boolean isRewritten) {
    this.shape = shape;
    this.kind = kind;
    this.isRewritten = isRewritten;
    this.rows = Math.min(shape.rows(), options.events());
    String name = shape.name().toLowerCase(Locale.ROOT) + (isRewritten ? "-duckdb" : "");
    this.file = options.directory().resolve(name + ".parquet");
    this.json = options.directory().resolve(name + "-" + kind + ".json");
  }

  @Override
  public String id() {
    return "10";
  }

  @Override
  public String title() {
    return shape.name().toLowerCase(Locale.ROOT)
        + (isRewritten ? " as DuckDB writes it" : "")
        + ": "
        + kind.text;
  }

  @Override
  public void prepare() throws Exception {
    Path original = file.resolveSibling(shape.name().toLowerCase(Locale.ROOT) + ".parquet");
    if (Files.notExists(original)) {
      shape.write(original, rows);
    }
    if (isRewritten && Files.notExists(file)) {
      duckdb("COPY (FROM '" + original + "') TO '" + file + "' (FORMAT parquet)");
    }
    if (kind == Kind.DISK) {
      ours();
      bytes = Files.size(json);
    }
  }

  @Override
  public Measurement measure(String run) throws Exception {
    Files.deleteIfExists(json);
    long cpu = cpuNanos();
    long begin = System.nanoTime();
    long converted =
        switch (kind) {
          case DUCKDB -> duckdb("COPY (FROM '" + file + "') TO '" + json + "' (FORMAT json)");
          case PARQUET_JAVA -> parquetJava();
          case OURS -> ours();
          case DISK -> disk();
        };
    Duration wall = Duration.ofNanos(System.nanoTime() - begin);
    Duration used = Duration.ofNanos(cpuNanos() - cpu);
    LostRowsException.check(title(), rows, converted);
    long size = Files.size(json);
    String note =
        String.format(
            Locale.ROOT,
            "%,d MB of JSON, %.2f GB/s",
            size / 1_000_000,
            size / (double) wall.toNanos());
    return new Measurement(converted, wall, used, note);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long duckdb(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = " + THREADS);
      return statement.executeUpdate(sql);
    }
  }

  private long ours() throws Exception {
    try (ParquetFile opened = ParquetFile.open(ByteSource.file(file), Limits.DEFAULT);
        FileChannel channel =
            FileChannel.open(json, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      PartSink sink = index -> new ChannelPart(channel);
      // DuckDB makes no checksums either.
      Converted done =
          Conversion.run(
              opened,
              JsonOptions.DEFAULT,
              OutputOptions.DEFAULT.withoutChecksums(),
              THREADS,
              0,
              sink,
              Progress.NONE);
      return done.rowsWritten();
    }
  }

  private long disk() throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel channel =
        FileChannel.open(json, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = bytes; left > 0; left -= chunk.limit()) {
        chunk.clear().limit((int) Math.min(CHUNK, left));
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
    }
    return rows;
  }

  private record ChannelPart(FileChannel channel) implements PartSink.Part {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void close() {}

    @Override
    public void abort() {}
  }

  private long parquetJava() throws Exception {
    long written = 0;
    try (ParquetFileReader reader =
            ParquetFileReader.open(
                new LocalInputFile(file),
                org.apache.parquet.ParquetReadOptions.builder(new PlainParquetConfiguration())
                    .build());
        BufferedWriter out = Files.newBufferedWriter(json)) {
      var schema = reader.getFileMetaData().getSchema();
      MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
      for (var pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        RecordReader<Group> records =
            columns.getRecordReader(pages, new GroupRecordConverter(schema));
        for (long i = pages.getRowCount(); i > 0; i--) {
          StringBuilder line = new StringBuilder();
          group(records.read(), schema, line);
          out.append(line).append('\n');
          written++;
        }
      }
    }
    return written;
  }

  private static void group(GroupValueSource group, GroupType type, StringBuilder out) {
    char separator = '{';
    for (int field = 0; field < type.getFieldCount(); field++) {
      int count = group.getFieldRepetitionCount(field);
      if (count == 0) {
        continue;
      }
      out.append(separator).append('"').append(type.getFieldName(field)).append("\":");
      separator = ',';
      boolean isRepeated =
          type.getType(field).isRepetition(org.apache.parquet.schema.Type.Repetition.REPEATED);
      for (int i = 0; i < count; i++) {
        out.append(isRepeated ? i == 0 ? "[" : "," : "");
        if (type.getType(field).isPrimitive()) {
          value(group, type, field, i, out);
        } else {
          group(group.getGroup(field, i), type.getType(field).asGroupType(), out);
        }
      }
      out.append(isRepeated ? "]" : "");
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private static void value(
      GroupValueSource group, GroupType type, int field, int index, StringBuilder out) {
    switch (type.getType(field).asPrimitiveType().getPrimitiveTypeName()) {
      case INT32 -> out.append(group.getInteger(field, index));
      case INT64 -> out.append(group.getLong(field, index));
      default -> {
        String text = group.getValueToString(field, index);
        boolean isNumber = text.matches("-?[0-9.E-]+");
        out.append(isNumber ? text : new com.fasterxml.jackson.databind.node.TextNode(text));
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(json);
  }
}

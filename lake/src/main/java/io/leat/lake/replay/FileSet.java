package io.leat.lake.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;

/**
 * Writes rows into files of a table, each partition's apart; they belong to the table only when
 * they are committed. At most {@value #MOST_OPEN} files are open at a time, each holding a row
 * group. Owned by one thread.
 *
 * @param <T> a row
 */
public final class FileSet<T> implements AutoCloseable {
  private static final int MOST_OPEN = 8;
  private static final String ROW_GROUP_BYTES = String.valueOf(8 << 20);
  private static final long TARGET_BYTES = 128L << 20;

  /** A file's size is asked for after so many rows. */
  private static final int SIZED_EVERY = 1_000;

  private final Table table;
  private final PartitionSpec spec;
  private final Partitioner<T> partitioner;
  private final Format format;
  private final OutputFileFactory factory;
  private final PartitionKey key;
  private final Map<PartitionKey, Open<T>> open = new LinkedHashMap<>(16, 0.75f, true);
  private final List<DataFile> done = new ArrayList<>();

  /** Computes a row's partition. */
  @FunctionalInterface
  public interface Partitioner<T> {
    void partition(PartitionKey key, T row);
  }

  /** Says how rows are written. */
  @FunctionalInterface
  public interface Format {
    Parquet.DataWriteBuilder with(Parquet.DataWriteBuilder builder);
  }

  private static final class Open<T> {
    private final DataWriter<T> writer;
    private final OutputFile output;
    private long rows;

    Open(DataWriter<T> writer, OutputFile output) {
      this.writer = writer;
      this.output = output;
    }
  }

  /**
   * @param name begins the files' names
   */
  public FileSet(
      Table table, PartitionSpec spec, Partitioner<T> partitioner, Format format, String name) {
    this.table = table;
    this.spec = spec;
    this.partitioner = partitioner;
    this.format = format;
    this.key = new PartitionKey(spec, table.schema());
    this.factory =
        OutputFileFactory.builderFor(table, 0, 0)
            .defaultSpec(spec)
            .format(FileFormat.PARQUET)
            .operationId(name + "-" + UUID.randomUUID())
            .build();
  }

  /** For rows as Iceberg keeps them, of all the table's columns. */
  public static FileSet<StructLike> of(Table table, PartitionSpec spec, String name) {
    return new FileSet<>(
        table,
        spec,
        PartitionKey::partition,
        builder ->
            builder.createWriterFunc((schema, type) -> InternalWriter.createWriter(schema, type)),
        name);
  }

  /** Writes a row. */
  public void write(T row) throws IOException {
    partitioner.partition(key, row);
    Open<T> to = open.get(key);
    if (to == null) {
      PartitionKey copy = key.copy();
      to = open(copy);
      open.put(copy, to);
      closeEldest();
    }
    to.writer.write(row);
    if (++to.rows % SIZED_EVERY == 0 && to.writer.length() >= TARGET_BYTES) {
      open.remove(key);
      close(to);
    }
  }

  private Open<T> open(PartitionKey partition) throws IOException {
    OutputFile output =
        (spec.isPartitioned() ? factory.newOutputFile(partition) : factory.newOutputFile())
            .encryptingOutputFile();
    DataWriter<T> writer =
        format
            .with(
                Parquet.writeData(output)
                    .forTable(table)
                    .withSpec(spec)
                    .withPartition(spec.isPartitioned() ? partition : null)
                    .set("write.parquet.row-group-size-bytes", ROW_GROUP_BYTES))
            .build();
    return new Open<>(writer, output);
  }

  private void closeEldest() throws IOException {
    if (open.size() > MOST_OPEN) {
      Iterator<Open<T>> eldest = open.values().iterator();
      Open<T> one = eldest.next();
      eldest.remove();
      close(one);
    }
  }

  private void close(Open<T> one) throws IOException {
    one.writer.close();
    done.add(one.writer.toDataFile());
  }

  /** Ends all files. */
  public List<DataFile> complete() throws IOException {
    Iterator<Open<T>> all = open.values().iterator();
    while (all.hasNext()) {
      Open<T> one = all.next();
      all.remove();
      close(one);
    }
    return List.copyOf(done);
  }

  /** Deletes the files, unless they were committed. */
  public void discard() {
    List<String> locations = new ArrayList<>(done.stream().map(DataFile::location).toList());
    for (Open<T> one : open.values()) {
      locations.add(one.output.location());
      try {
        one.writer.close();
      } catch (IOException | RuntimeException e) {
        // Its file goes in any case.
      }
    }
    open.clear();
    done.clear();
    for (String location : locations) {
      try {
        table.io().deleteFile(location);
      } catch (RuntimeException e) {
        // An orphan then, which maintenance removes.
      }
    }
  }

  /** Deletes what is not {@link #complete}. */
  @Override
  public void close() {
    if (!open.isEmpty()) {
      discard();
    }
  }
}

package io.leat.app.reconcile;

import io.leat.lake.OffsetRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;

/** The rows of a blueprint's ledger, as the table was loaded. */
public final class LedgerTable {
  private static final String WRITTEN_AT = "written_at";
  private static final List<String> COLUMNS =
      List.of(
          "stream",
          "log_epoch",
          "log_partition",
          "stage",
          "first_offset",
          "next_offset",
          "logged",
          "raw",
          "processed",
          "duplicates",
          "quarantined",
          WRITTEN_AT);

  private final Table table;

  public LedgerTable(Table table) {
    this.table = table;
  }

  /** When its first row was written, or a little earlier; empty when it has none. */
  Optional<Instant> oldest() {
    int column = table.schema().findField(WRITTEN_AT).fieldId();
    Instant oldest = null;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        Map<Integer, ByteBuffer> bounds = task.file().lowerBounds();
        ByteBuffer bound = bounds == null ? null : bounds.get(column);
        if (bound == null) {
          return Optional.of(Instant.EPOCH);
        }
        Long micros = Conversions.fromByteBuffer(Types.TimestampType.withZone(), bound);
        Instant first = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        oldest = oldest == null || first.isBefore(oldest) ? first : oldest;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.ofNullable(oldest);
  }

  /**
   * Tells which rows of the stage that reads count some offsets of a stream, and when those rows
   * were written.
   *
   * @param offsets by log epoch and partition
   */
  public void parsed(
      String stream, Map<Integer, Map<Integer, OffsetRange>> offsets, ParsedRows rows) {
    overlapping(
        stream,
        offsets,
        row -> {
          if (row.isParsed()) {
            rows.row(row.log().epoch(), row.log().partition(), row.range(), row.writtenAt());
          }
        });
  }

  /** Takes what rows count. */
  @FunctionalInterface
  public interface ParsedRows {
    void row(int epoch, int partition, OffsetRange range, Instant writtenAt);
  }

  /** Tells the rows that count some offsets of a stream, by log epoch and partition. */
  void overlapping(
      String stream, Map<Integer, Map<Integer, OffsetRange>> offsets, Consumer<LedgerRow> rows) {
    Expression any = Expressions.alwaysFalse();
    for (Map.Entry<Integer, Map<Integer, OffsetRange>> epoch : offsets.entrySet()) {
      OffsetRange all = epoch.getValue().values().stream().reduce(OffsetRange::hull).orElseThrow();
      any =
          Expressions.or(
              any,
              Expressions.and(
                  Expressions.equal("log_epoch", epoch.getKey()),
                  Expressions.lessThan("first_offset", all.next()),
                  Expressions.greaterThan("next_offset", all.first())));
    }
    read(
        Expressions.and(Expressions.equal("stream", stream), any),
        row -> {
          OffsetRange wanted =
              offsets.getOrDefault(row.log().epoch(), Map.of()).get(row.log().partition());
          if (row.log().stream().equals(stream) && wanted != null && wanted.overlaps(row.range())) {
            rows.accept(row);
          }
        });
  }

  /** The streams' rows that were written in the period, by the partition that they count. */
  Map<LedgerRow.Log, List<LedgerRow>> rows(Set<String> streams, Instant from, Instant to) {
    Expression period =
        Expressions.and(
            Expressions.greaterThanOrEqual(WRITTEN_AT, micros(from)),
            Expressions.lessThan(WRITTEN_AT, micros(to)));
    Map<LedgerRow.Log, List<LedgerRow>> rows = new HashMap<>();
    read(
        period,
        row -> {
          if (streams.contains(row.log().stream())
              && !row.writtenAt().isBefore(from)
              && row.writtenAt().isBefore(to)) {
            rows.computeIfAbsent(row.log(), any -> new ArrayList<>()).add(row);
          }
        });
    return rows;
  }

  /** Whether there is a row of the stage and checkpoint. */
  public boolean has(String stage, long checkpoint) {
    Expression filter =
        Expressions.and(
            Expressions.equal("stage", stage), Expressions.equal("checkpoint_id", checkpoint));
    boolean[] isThere = new boolean[1];
    table.refresh();
    read(
        List.of("stage", "checkpoint_id"),
        filter,
        record ->
            isThere[0] |=
                stage.equals(record.getField("stage"))
                    && number(record, "checkpoint_id") == checkpoint);
    return isThere[0];
  }

  private void read(Expression filter, Consumer<LedgerRow> rows) {
    read(COLUMNS, filter, record -> rows.accept(row(record)));
  }

  /** All rows of the files that may have what the filter wants. */
  private void read(List<String> wanted, Expression filter, Consumer<Record> rows) {
    Schema columns = table.schema().select(wanted);
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(filter).planFiles()) {
      for (FileScanTask task : tasks) {
        try (CloseableIterable<Record> records =
            Parquet.read(table.io().newInputFile(task.file()))
                .project(columns)
                .createReaderFunc(schema -> GenericParquetReaders.buildReader(columns, schema))
                .build()) {
          records.forEach(rows);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LedgerRow row(Record record) {
    return new LedgerRow(
        new LedgerRow.Log(
            (String) record.getField("stream"),
            (Integer) record.getField("log_epoch"),
            (Integer) record.getField("log_partition")),
        "parse".equals(record.getField("stage")),
        new OffsetRange(number(record, "first_offset"), number(record, "next_offset")),
        new Counts(
            number(record, "logged"),
            number(record, "raw"),
            number(record, "processed"),
            number(record, "duplicates"),
            number(record, "quarantined")),
        ((OffsetDateTime) record.getField(WRITTEN_AT)).toInstant());
  }

  private static long number(Record record, String column) {
    return (Long) record.getField(column);
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}

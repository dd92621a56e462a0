package io.leat.app.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.event.Names;
import io.leat.gateway.ServedStream;
import io.leat.lake.Appends;
import io.leat.stream.LakeTables;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up a blueprint's ledger as it is committed. The sums are kept in a file together with the
 * snapshot that they reach, so that a restart reads only what came after; without a file that fits
 * the table, it counts anew. Thread-safe; blocks.
 */
final class Books {
  private static final Logger log = LoggerFactory.getLogger(Books.class);
  private static final ObjectMapper JSON = new ObjectMapper();
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
          "quarantined");

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Appends ledger;
  private Map<Epoch, Totals> sums;
  private @Nullable Long saved;

  /**
   * @param file where the sums are kept; its folder is there
   */
  Books(Catalog catalog, String blueprint, Path file) {
    this.file = file;
    Table table =
        catalog.loadTable(TableIdentifier.of(Names.rawNamespace(blueprint), LakeTables.LEDGER));
    Kept kept = read(file);
    if (kept != null && kept.table().equals(table.uuid().toString())) {
      this.ledger = new Appends(table, COLUMNS, kept.snapshot());
      this.sums = kept.sums();
      this.saved = kept.snapshot();
    } else {
      this.ledger = new Appends(table, COLUMNS);
      this.sums = Map.of();
    }
  }

  /** A stream's log between two makings of its topic. */
  record Epoch(String stream, int epoch) {}

  /**
   * The sums of a stream's log epoch, and how far its log is in the tables.
   *
   * @param nextOffsets by partition, the first offset that is not yet committed
   * @param lastOffsets by partition, the first offset of the newest commit: the commits of a
   *     checkpoint to the other tables may be under way from here on
   */
  record Totals(
      long logged,
      long raw,
      long processed,
      long duplicates,
      long quarantined,
      Map<Integer, Long> nextOffsets,
      Map<Integer, Long> lastOffsets) {
    static final Totals NONE = new Totals(0, 0, 0, 0, 0, Map.of(), Map.of());

    Totals {
      nextOffsets = Map.copyOf(nextOffsets);
      lastOffsets = Map.copyOf(lastOffsets);
    }

    /** The sums of both; offsets of different streams have no sum, those of the other are taken. */
    Totals plus(Totals other) {
      Map<Integer, Long> next = new HashMap<>(nextOffsets);
      Map<Integer, Long> last = new HashMap<>(lastOffsets);
      other.nextOffsets.forEach((partition, offset) -> next.merge(partition, offset, Math::max));
      other.lastOffsets.forEach((partition, offset) -> last.merge(partition, offset, Math::max));
      return new Totals(
          logged + other.logged,
          raw + other.raw,
          processed + other.processed,
          duplicates + other.duplicates,
          quarantined + other.quarantined,
          next,
          last);
    }

    private static Totals of(Record row) {
      boolean parsed = "parse".equals(row.getField("stage"));
      Integer partition = (Integer) row.getField("log_partition");
      return new Totals(
          number(row, "logged"),
          number(row, "raw"),
          number(row, "processed"),
          number(row, "duplicates"),
          number(row, "quarantined"),
          parsed ? Map.of(partition, number(row, "next_offset")) : Map.of(),
          parsed ? Map.of(partition, number(row, "first_offset")) : Map.of());
    }

    private static long number(Record row, String column) {
      return (Long) row.getField(column);
    }
  }

  /** The file: the sums of all rows of the table up to the snapshot. */
  private record Kept(String table, long snapshot, List<Line> lines) {
    Kept {
      java.util.Objects.requireNonNull(table);
      lines = List.copyOf(lines);
    }

    record Line(Epoch of, Totals totals) {}

    Map<Epoch, Totals> sums() {
      Map<Epoch, Totals> sums = new HashMap<>();
      lines.forEach(line -> sums.put(line.of(), line.totals()));
      return Map.copyOf(sums);
    }
  }

  /** Of all blueprints' sums, those of the stream as it is logged now. */
  static Totals totals(Map<String, Map<Epoch, Totals>> all, ServedStream stream) {
    return all.getOrDefault(stream.blueprint().name(), Map.of())
        .getOrDefault(new Epoch(stream.spec().name(), stream.logEpoch()), Totals.NONE);
  }

  /** The same over all its log epochs: since its tables began. */
  static Totals ever(Map<String, Map<Epoch, Totals>> all, ServedStream stream) {
    Totals sum = Totals.NONE;
    for (Map.Entry<Epoch, Totals> one :
        all.getOrDefault(stream.blueprint().name(), Map.of()).entrySet()) {
      if (one.getKey().stream().equals(stream.spec().name())) {
        sum = sum.plus(one.getValue());
      }
    }
    return sum;
  }

  /** Records of the stream's earlier logs, which are only in the tables any more. */
  static long loggedBefore(Map<String, Map<Epoch, Totals>> all, ServedStream stream) {
    return all.getOrDefault(stream.blueprint().name(), Map.of()).entrySet().stream()
        .filter(one -> one.getKey().stream().equals(stream.spec().name()))
        .filter(one -> one.getKey().epoch() < stream.logEpoch())
        .mapToLong(one -> one.getValue().logged())
        .sum();
  }

  /** Reads what was committed since the last call, and returns the sums. */
  Map<Epoch, Totals> totals() {
    lock.lock();
    try {
      // Apart, until all is read: a failure in the middle must not leave a part behind.
      Map<Epoch, Totals> told = new HashMap<>();
      Appends.Rows rows =
          ledger.poll(
              (snapshot, row) ->
                  told.merge(
                      new Epoch(
                          (String) row.getField("stream"), (Integer) row.getField("log_epoch")),
                      Totals.of(row),
                      Totals::plus));
      if (rows == Appends.Rows.NEW) {
        sums.forEach((epoch, totals) -> told.merge(epoch, totals, Totals::plus));
      }
      sums = Map.copyOf(told);
      return sums;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the sums to the file if they have moved; not while they are being read. */
  void save() {
    if (!lock.tryLock()) {
      return;
    }
    try {
      Long reached = ledger.seen();
      if (reached == null || reached.equals(saved)) {
        return;
      }
      List<Kept.Line> lines = new ArrayList<>();
      sums.forEach((epoch, totals) -> lines.add(new Kept.Line(epoch, totals)));
      write(JSON.writeValueAsBytes(new Kept(ledger.table().uuid().toString(), reached, lines)));
      saved = reached;
    } catch (IOException e) {
      log.warn("The ledger's sums cannot be kept; the next start counts anew: file={}", file, e);
    } finally {
      lock.unlock();
    }
  }

  private void write(byte[] bytes) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, bytes);
    try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static @Nullable Kept read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), Kept.class);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      log.warn("The ledger's sums cannot be read and are counted anew: file={}", file, e);
      return null;
    }
  }
}

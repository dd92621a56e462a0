package io.leat.parquet;

import io.leat.parquet.bounds.Budget;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the threads of a conversion share. */
final class Work {
  private static final int CHUNK = 1 << 20;
  private static final int LEAST_CHUNK = 64 << 10;
  private static final int AHEAD = 1 << 20;
  private static final int LEAST_AHEAD = 16 << 10;

  private final ParquetFile file;
  private final JsonOptions json;
  private final OutputOptions output;
  private final Plan plan;
  private final RowFilter filter;
  private final Units units;
  private final Budget budget;
  private final Parts parts;
  private final ReadBytes reads;
  private final OrderedOutput ordered;
  private final Counts counts = new Counts();
  private final int threads;
  private final AtomicLong next = new AtomicLong();
  private final Map<Integer, GroupColumns> groups = new HashMap<>();
  private volatile boolean isCancelled;

  Work(
      ParquetFile file,
      JsonOptions json,
      OutputOptions output,
      int threads,
      int fromRowGroup,
      Parts parts,
      Progress progress,
      Budget budget) {
    this.file = file;
    this.json = json;
    this.output = output;
    this.parts = parts;
    this.budget = budget;
    this.plan = Plan.of(file, json);
    this.filter = new RowFilter(json.filter(), file.leaves());
    long memory = budget.limit();
    int leaves = plan.columns().stream().mapToInt(column -> column.leaves().size()).sum();
    long fair = memory / 8 / Math.max(1, (long) leaves * threads);
    this.reads = new ReadBytes((int) Math.max(LEAST_AHEAD, Math.min(AHEAD, fair)));
    this.threads = Math.max(1, Math.min(threads, affordable(fromRowGroup, memory)));
    int chunk = (int) Math.max(LEAST_CHUNK, Math.min(CHUNK, memory / 64));
    long waiting = Math.min(memory / 4, 64L * CHUNK * Math.max(1, this.threads - 1));
    this.units =
        new Units(file, plan, fromRowGroup, waiting / Math.max(1, this.threads - 1), this.threads);
    this.ordered =
        new OrderedOutput(
            parts,
            output,
            units,
            progress,
            reads,
            () -> new Chunk(budget, chunk, file.limits().maxRowBytes()),
            (int) Math.max(1, waiting / chunk));
  }

  /** How many threads have room for a page of each column. */
  private int affordable(int fromRowGroup, long memory) {
    long most = 1;
    for (RowGroup group : file.rowGroups()) {
      if (group.index() >= fromRowGroup) {
        long bytes = 0;
        for (Plan.Column column : plan.columns()) {
          for (Leaf leaf : column.leaves()) {
            var chunk = file.group(group.index()).chunks().get(leaf.index());
            bytes += Math.min(chunk.uncompressed(), 3L << 20) / 2;
            bytes += Math.min(chunk.bytes(), reads.ahead());
            bytes += FieldCells.TEXT * 2L;
          }
        }
        most = Math.max(most, bytes);
      }
    }
    return (int) Math.max(1, Math.min(1_000, memory / 2 / most));
  }

  int threads() {
    return threads;
  }

  Converted converted() {
    return counts.converted(parts.closed());
  }

  /**
   * All rows that the footer names are read, and written or left out; only when all threads have
   * ended.
   *
   * @throws FileException when it is not so, which would be a defect
   */
  void requireAllRows() throws FileException {
    requireAllRows(units.rows(), counts.read());
    requireAllRows(units.rows(), ordered.rows());
  }

  static void requireAllRows(long expected, long done) throws FileException {
    if (done != expected) {
      throw new FileException(
          FileErrorCategory.OURS,
          "rows-missing",
          "a defect of Leat's: of " + expected + " rows " + done + " came through");
    }
  }

  /** Takes units until there are none, or until a thread has failed. */
  void runUntil(AtomicReference<Throwable> failure) {
    try (UnitWriter writer = new UnitWriter(output, ordered, counts, file.limits())) {
      run(writer);
    } catch (OrderedOutput.GivenUp e) {
      // The failure of the other thread is told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(failure, Failures.cancelled());
    } catch (Throwable e) {
      fail(failure, e);
    }
  }

  private void fail(AtomicReference<Throwable> failure, Throwable e) {
    failure.compareAndSet(null, e);
    isCancelled = true;
    ordered.fail();
  }

  void cancel(AtomicReference<Throwable> failure) {
    fail(failure, Failures.cancelled());
  }

  private void run(UnitWriter writer) throws IOException, InterruptedException {
    GroupReader reader = null;
    try {
      for (long i = next.getAndIncrement(); i < units.units(); i = next.getAndIncrement()) {
        Units.Unit unit = units.get(i);
        if (isCancelled) {
          throw new OrderedOutput.GivenUp();
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (unit.from() == unit.to() || !filter.mayHold(file.group(unit.group()))) {
          writer.leaveOut(unit);
          continue;
        }
        reader = reader(reader, unit);
        long first = file.rowGroups().get(unit.group()).firstRow();
        writer.write(unit, reader, first);
        if (reader.group().unitDone()) {
          forget(unit.group());
        }
      }
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }

  private GroupReader reader(@Nullable GroupReader before, Units.Unit unit) {
    if (before != null) {
      if (before.group().index() == unit.group()) {
        return before;
      }
      before.close();
    }
    return new GroupReader(file, plan, json, filter, group(unit), budget, reads);
  }

  private synchronized GroupColumns group(Units.Unit unit) {
    return groups.computeIfAbsent(
        unit.group(),
        g -> new GroupColumns(g, file.group(g), budget, unit.of(), filter.tests().size()));
  }

  private synchronized void forget(int group) {
    groups.remove(group);
  }
}

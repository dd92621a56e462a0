package io.leat.app.replay;

import io.leat.lake.maintenance.Pace;
import io.leat.lake.replay.PositionSet;
import io.leat.rules.Deduplication;
import io.leat.rules.Deduplication.Sighting;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which record of an id comes first, whatever the order in which they are read. The ids go to
 * files, all records of an id to the same, and each file is judged on its own: so memory holds one
 * in {@value #BUCKETS} of them. Owned by one thread.
 */
final class IdentityBuckets implements Closeable {
  private static final int BUCKETS = 256;
  private static final int BUFFER = 8 << 10;
  private static final int PER_STEP = 1_024;

  private static final Comparator<Entry> BY_ID_AND_POSITION =
      Comparator.comparingLong(Entry::high)
          .thenComparingLong(Entry::low)
          .thenComparingInt(Entry::epoch)
          .thenComparingInt(Entry::partition)
          .thenComparingLong(Entry::offset);

  private final Path folder;
  private final Deduplication deduplication;
  private final @Nullable DataOutputStream[] buckets = new @Nullable DataOutputStream[BUCKETS];

  /** What a record is to a replay. */
  enum Kind {
    /** Clean, and not in processed. */
    NEW('n'),
    /** Clean, and in processed. */
    STANDING('s'),
    /** In processed, outside of what is replayed: it stays. */
    FIXED('f');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    private static Kind of(int letter) throws IOException {
      for (Kind kind : values()) {
        if (kind.letter == letter) {
          return kind;
        }
      }
      throw new IOException("No kind has the letter " + letter);
    }
  }

  /**
   * A record of an id that its sender gave.
   *
   * @param high the first half of its identity
   * @param low the second half
   * @param hash of its payload
   * @param received microseconds since the epoch
   */
  record Entry(
      long high,
      long low,
      long hash,
      long received,
      int epoch,
      int partition,
      long offset,
      Kind kind) {
    private boolean isSameEvent(Entry other) {
      return high == other.high && low == other.low;
    }
  }

  /**
   * @param folder for its files; they are deleted with {@link #close}
   */
  IdentityBuckets(Path folder, Deduplication deduplication) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.deduplication = deduplication;
  }

  private Path file(int bucket) {
    return folder.resolve("ids-" + bucket);
  }

  void add(Entry entry) throws IOException {
    int bucket = (int) (entry.high() & (BUCKETS - 1));
    DataOutputStream out = buckets[bucket];
    if (out == null) {
      out =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(file(bucket)), BUFFER));
      buckets[bucket] = out;
    }
    out.writeLong(entry.high());
    out.writeLong(entry.low());
    out.writeLong(entry.hash());
    out.writeLong(entry.received());
    out.writeInt(entry.epoch());
    out.writeInt(entry.partition());
    out.writeLong(entry.offset());
    out.writeByte(entry.kind().letter);
  }

  /**
   * Judges everything that was added, but what is fixed.
   *
   * @param first takes the positions of those that come first
   * @param conflicts takes those of another payload under an id; the rest are duplicates
   */
  void resolve(PositionSet first, PositionSet conflicts, Pace pace) throws IOException {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      DataOutputStream out = buckets[bucket];
      if (out != null) {
        out.close();
        List<Entry> entries = read(bucket);
        entries.sort(BY_ID_AND_POSITION);
        judge(entries, first, conflicts, pace);
        Files.delete(file(bucket));
        buckets[bucket] = null;
      }
    }
  }

  private List<Entry> read(int bucket) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file(bucket)), BUFFER))) {
      while (true) {
        long high;
        try {
          high = in.readLong();
        } catch (EOFException e) {
          return entries;
        }
        entries.add(
            new Entry(
                high,
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                Kind.of(in.readByte())));
      }
    }
  }

  private void judge(List<Entry> sorted, PositionSet first, PositionSet conflicts, Pace pace) {
    int end;
    for (int begin = 0; begin < sorted.size(); begin = end) {
      end = begin + 1;
      while (end < sorted.size() && sorted.get(end).isSameEvent(sorted.get(begin))) {
        end++;
      }
      judgeOne(sorted.subList(begin, end), first, conflicts);
      if (begin / PER_STEP != end / PER_STEP) {
        pace.step();
      }
    }
  }

  /** The records of one id, in the order of the log. */
  private void judgeOne(List<Entry> records, PositionSet first, PositionSet conflicts) {
    Entry seen = null;
    for (int i = 0; i < records.size(); i++) {
      Entry record = records.get(i);
      Sighting sighting = Sighting.FIRST;
      if (record.kind() != Kind.FIXED) {
        sighting = seen == null ? Sighting.FIRST : judge(seen, record);
        if (sighting == Sighting.FIRST && record.kind() == Kind.NEW) {
          sighting = behind(record, records.subList(i + 1, records.size()));
        }
        PositionSet to =
            switch (sighting) {
              case FIRST -> first;
              case CONFLICT -> conflicts;
              case DUPLICATE -> null;
            };
        if (to != null) {
          to.add(record.epoch(), record.partition(), record.offset());
        }
      }
      if (sighting == Sighting.FIRST) {
        seen = record;
      }
    }
  }

  /** A record that comes in anew gives way to what came in under its id since. */
  private Sighting behind(Entry record, List<Entry> later) {
    for (Entry one : later) {
      if (one.kind() != Kind.NEW && !deduplication.isExpired(record.received(), one.received())) {
        return one.hash() == record.hash() ? Sighting.DUPLICATE : Sighting.CONFLICT;
      }
    }
    return Sighting.FIRST;
  }

  private Sighting judge(Entry seen, Entry record) {
    return deduplication.judge(seen.hash(), seen.received(), record.hash(), record.received());
  }

  /** Deletes its files. */
  @Override
  public void close() throws IOException {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      DataOutputStream out = buckets[bucket];
      if (out != null) {
        out.close();
        Files.deleteIfExists(file(bucket));
      }
    }
    Files.deleteIfExists(folder);
  }
}

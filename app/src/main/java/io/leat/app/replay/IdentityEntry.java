package io.leat.app.replay;

import io.leat.lake.replay.PositionedTable;
import io.leat.stream.RawReplay;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A record with its identity.
 *
 * @param high the first half of its identity
 * @param low the second half
 * @param hash of its payload
 * @param received microseconds since the epoch
 */
record IdentityEntry(
    long high,
    long low,
    long hash,
    long received,
    int epoch,
    int partition,
    long offset,
    Kind kind) {
  /** All records of an identity together: those in processed first, then by position. */
  static final Comparator<IdentityEntry> ORDER =
      Comparator.comparingLong(IdentityEntry::high)
          .thenComparingLong(IdentityEntry::low)
          .thenComparing(entry -> entry.kind == Kind.NEW)
          .thenComparing(IdentityEntry::comparePosition);

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

  /** Of a row of raw that was judged or identified last. */
  static IdentityEntry of(PositionedTable.Row row, RawReplay identified, Kind kind) {
    return new IdentityEntry(
        identified.idHigh(),
        identified.idLow(),
        identified.payloadHash(),
        row.received(),
        row.epoch(),
        row.partition(),
        row.offset(),
        kind);
  }

  boolean isSameEvent(IdentityEntry other) {
    return high == other.high && low == other.low;
  }

  int comparePosition(IdentityEntry other) {
    int order = Integer.compare(epoch, other.epoch);
    order = order != 0 ? order : Integer.compare(partition, other.partition);
    return order != 0 ? order : Long.compare(offset, other.offset);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeLong(high);
    out.writeLong(low);
    out.writeLong(hash);
    out.writeLong(received);
    out.writeInt(epoch);
    out.writeInt(partition);
    out.writeLong(offset);
    out.writeByte(kind.letter);
  }

  /** What {@link #write} wrote; null at the end. */
  static @Nullable IdentityEntry read(DataInputStream in) throws IOException {
    long high;
    try {
      high = in.readLong();
    } catch (EOFException e) {
      return null;
    }
    return new IdentityEntry(
        high,
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        in.readInt(),
        in.readLong(),
        Kind.of(in.readByte()));
  }
}

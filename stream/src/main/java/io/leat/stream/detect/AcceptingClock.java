package io.leat.stream.detect;

import io.leat.event.Marker;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Accepting time of one stream: how far the gateways' time has come for which everything that they
 * accepted has been read. It follows from the markers, each with its {@link AcceptingTime}, and the
 * log alone, so it is the same whenever they are read again; whoever is late with reading is not
 * taken for a time in which nothing came.
 *
 * <p>It never goes back. Of several gateways the slowest counts; one that has not been heard of for
 * {@value #DEAD_AFTER} ms of the others' time does not, whatever its clock says.
 *
 * <p>Milliseconds; begins with the first marker. Owned by one thread.
 */
final class AcceptingClock {
  static final long DEAD_AFTER = 15_000;

  /** Markers of a gateway that wait for the log, an hour's; behind these, each other one goes. */
  private static final int MOST_WAITING = 3_600;

  private static final long NOT_YET = Long.MIN_VALUE;

  private final String stream;
  private final Map<Integer, Long> next = new HashMap<>();
  private final Map<String, Gateway> gateways = new TreeMap<>();

  /** The newest common time of all markers, and the newest accepting time. */
  private long newest = NOT_YET;

  private long accepting = NOT_YET;

  /** What the clock of the gateway showed whose marker is the newest; not kept. */
  private long markedAt = NOT_YET;

  private long now = NOT_YET;

  /** Markers of one gateway. */
  private static final class Gateway {
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** The newest common time when it was heard. */
    private long heardAt;

    private long reached = NOT_YET;
  }

  /**
   * @param accepting the time that is reached with it
   * @param before by partition, up to where the log must have been read for it; also of partitions
   *     that others read
   */
  private record Waiting(long accepting, Map<Integer, Long> before) {}

  /**
   * @param next by partition, the offset at which reading begins; partitions that are not here are
   *     read by somebody else
   */
  AcceptingClock(String stream, Map<Integer, Long> next) {
    this.stream = stream;
    this.next.putAll(next);
  }

  /** Accepting time now; {@link Long#MIN_VALUE} before it begins. */
  long now() {
    return now;
  }

  /** Accepting time that the newest marker stands for: {@link #now} once the log is read so far. */
  long newest() {
    return accepting;
  }

  /**
   * Up to when, by the gateways' clocks, everything that they accepted has been read: what is left
   * to read of accepting time before the newest marker. {@link Long#MIN_VALUE} before it begins,
   * and after a restore until the next marker.
   */
  long readTo() {
    return now == NOT_YET || markedAt == NOT_YET ? NOT_YET : markedAt - (accepting - now);
  }

  /** A record of the log was read. Returns whether time went on. */
  boolean read(int partition, long offset) {
    next.merge(partition, offset + 1, Math::max);
    boolean isWaitedFor = false;
    for (Gateway gateway : gateways.values()) {
      Waiting first = gateway.waiting.peek();
      isWaitedFor |= first != null && first.before.getOrDefault(partition, 0L) <= offset + 1;
    }
    return isWaitedFor && advance();
  }

  /**
   * A marker was read.
   *
   * @param reading what it stands for
   * @return whether time went on
   */
  boolean mark(Marker marker, AcceptingTime.Reading reading) {
    newest = Math.max(newest, reading.time());
    if (reading.accepting() >= accepting) {
      accepting = reading.accepting();
      markedAt = marker.at();
    }
    Gateway gateway = gateways.computeIfAbsent(marker.gateway(), name -> new Gateway());
    gateway.heardAt = newest;
    gateway.waiting.add(
        new Waiting(reading.accepting(), marker.before().getOrDefault(stream, Map.of())));
    if (gateway.waiting.size() > MOST_WAITING) {
      thinOut(gateway);
    }
    gateways.values().removeIf(one -> newest - one.heardAt > DEAD_AFTER);
    return advance();
  }

  private static void thinOut(Gateway gateway) {
    boolean isKept = false;
    for (Iterator<Waiting> all = gateway.waiting.iterator(); all.hasNext(); ) {
      all.next();
      if (!isKept && all.hasNext()) {
        all.remove();
      }
      isKept = !isKept;
    }
  }

  private boolean advance() {
    long slowest = Long.MAX_VALUE;
    for (Gateway gateway : gateways.values()) {
      Waiting first = gateway.waiting.peek();
      while (first != null && isReached(first)) {
        gateway.reached = Math.max(gateway.reached, first.accepting);
        gateway.waiting.remove();
        first = gateway.waiting.peek();
      }
      slowest = Math.min(slowest, gateway.reached);
    }
    if (gateways.isEmpty() || slowest <= now) {
      return false;
    }
    now = slowest;
    return true;
  }

  private boolean isReached(Waiting waiting) {
    for (Map.Entry<Integer, Long> own : next.entrySet()) {
      if (own.getValue() < waiting.before.getOrDefault(own.getKey(), 0L)) {
        return false;
      }
    }
    return true;
  }

  /** Writes all of it, for {@link #restore}. */
  void write(DataOutputStream out) throws IOException {
    writeOffsets(out, next);
    out.writeLong(newest);
    out.writeLong(accepting);
    out.writeLong(now);
    out.writeInt(gateways.size());
    for (Map.Entry<String, Gateway> one : gateways.entrySet()) {
      Gateway gateway = one.getValue();
      out.writeUTF(one.getKey());
      out.writeLong(gateway.heardAt);
      out.writeLong(gateway.reached);
      out.writeInt(gateway.waiting.size());
      for (Waiting waiting : gateway.waiting) {
        out.writeLong(waiting.accepting);
        writeOffsets(out, waiting.before);
      }
    }
  }

  private static void writeOffsets(DataOutputStream out, Map<Integer, Long> offsets)
      throws IOException {
    out.writeInt(offsets.size());
    for (Map.Entry<Integer, Long> one : offsets.entrySet()) {
      out.writeInt(one.getKey());
      out.writeLong(one.getValue());
    }
  }

  private static Map<Integer, Long> readOffsets(DataInputStream in) throws IOException {
    Map<Integer, Long> offsets = new HashMap<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      int partition = in.readInt();
      offsets.put(partition, in.readLong());
    }
    return offsets;
  }

  /**
   * Goes on from what all tasks of the stream had, which may have been others: with the offsets of
   * all, and the time of the one that was furthest behind.
   */
  void restore(List<DataInputStream> written) throws IOException {
    boolean isFirst = true;
    for (DataInputStream in : written) {
      readOffsets(in)
          .forEach((partition, offset) -> next.computeIfPresent(partition, (p, old) -> offset));
      AcceptingClock other = new AcceptingClock(stream, Map.of());
      other.readTimes(in);
      if (isFirst || other.now < now) {
        newest = other.newest;
        accepting = other.accepting;
        now = other.now;
        gateways.clear();
        gateways.putAll(other.gateways);
      }
      isFirst = false;
    }
  }

  private void readTimes(DataInputStream in) throws IOException {
    newest = in.readLong();
    accepting = in.readLong();
    now = in.readLong();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      Gateway gateway = new Gateway();
      gateways.put(in.readUTF(), gateway);
      gateway.heardAt = in.readLong();
      gateway.reached = in.readLong();
      int waiting = in.readInt();
      for (int j = 0; j < waiting; j++) {
        long reaches = in.readLong();
        gateway.waiting.add(new Waiting(reaches, readOffsets(in)));
      }
    }
  }
}

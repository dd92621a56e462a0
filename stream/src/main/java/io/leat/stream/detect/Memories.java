package io.leat.stream.detect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.jspecify.annotations.Nullable;

/**
 * What the detectors of an operator remember of one key, and when its alarm rings, as one value of
 * the state: with a million keys it is the number of objects that costs. A value that stays as long
 * as it was is written where it is; whoever keeps the state copies what a checkpoint still needs
 * before it hands it out.
 *
 * <p>As bytes: the alarm, then for each detector that remembers something its name and its memory,
 * each behind its length. What belongs to a detector that is not asked any more is dropped. For one
 * thread: {@link #begin} when the state's key is set, {@link #end} when all is said of it.
 */
final class Memories {
  private static final long NO_ALARM = Long.MIN_VALUE;
  private static final int LENGTH = Integer.BYTES;

  private final ValueState<byte[]> state;
  private final boolean isLive;
  private final String[] names;
  private final byte[][] written;
  private final byte[] @Nullable [] memories;
  private byte @Nullable [] before;
  private long alarm = NO_ALARM;

  /**
   * @param isLive whether {@code state} hands out what it keeps, and not a copy: then what was
   *     written there need not be put back, which would have the collector look at it
   * @param detectors the names of those that are asked
   */
  Memories(ValueState<byte[]> state, boolean isLive, List<String> detectors) {
    this.state = state;
    this.isLive = isLive;
    this.names = detectors.toArray(String[]::new);
    this.written = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      written[i] = names[i].getBytes(StandardCharsets.UTF_8);
    }
    this.memories = new byte[names.length][];
  }

  /** Takes what is remembered of the present key. */
  void begin() throws IOException {
    read(state.value());
  }

  /** As {@link #begin}, of any key, to look at it only. */
  void read(byte @Nullable [] value) {
    before = value;
    alarm = NO_ALARM;
    Arrays.fill(memories, null);
    if (value == null) {
      return;
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    alarm = in.getLong();
    while (in.hasRemaining()) {
      int length = in.getInt();
      int name = detector(value, in.position(), length);
      in.position(in.position() + length);
      byte[] memory = new byte[in.getInt()];
      in.get(memory);
      if (name >= 0) {
        memories[name] = memory;
      }
    }
  }

  private int detector(byte[] value, int at, int length) {
    for (int i = 0; i < written.length; i++) {
      if (Arrays.equals(written[i], 0, written[i].length, value, at, at + length)) {
        return i;
      }
    }
    return -1;
  }

  /** What a detector remembers; null for nothing. */
  byte @Nullable [] get(String detector) {
    return memories[index(detector)];
  }

  /**
   * A detector remembers something else from now on.
   *
   * @param memory null for nothing
   */
  void put(String detector, byte @Nullable [] memory) {
    memories[index(detector)] = memory;
  }

  private int index(String detector) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(detector)) {
        return i;
      }
    }
    throw new IllegalArgumentException("detector '" + detector + "' is not asked here");
  }

  /** When the key's alarm is set to; null when it has none. */
  @Nullable Long alarm() {
    return alarm == NO_ALARM ? null : alarm;
  }

  void alarm(long at) {
    alarm = at;
  }

  void clearAlarm() {
    alarm = NO_ALARM;
  }

  /** Keeps what is remembered now. */
  void end() throws IOException {
    int length = Long.BYTES;
    boolean isEmpty = alarm == NO_ALARM;
    for (int i = 0; i < names.length; i++) {
      byte[] memory = memories[i];
      if (memory != null) {
        isEmpty = false;
        length += 2 * LENGTH + written[i].length + memory.length;
      }
    }
    if (isEmpty) {
      if (before != null) {
        state.clear();
      }
      return;
    }
    byte[] old = before;
    byte[] value = old != null && old.length == length ? old : new byte[length];
    ByteBuffer out = ByteBuffer.wrap(value).putLong(alarm);
    for (int i = 0; i < names.length; i++) {
      byte[] memory = memories[i];
      if (memory != null) {
        out.putInt(written[i].length).put(written[i]).putInt(memory.length).put(memory);
      }
    }
    if (value != old || !isLive) {
      state.update(value);
    }
  }
}

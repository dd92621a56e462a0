package io.leat.gateway.publishing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one request, and what became of each. Filled and sealed by one thread, then given
 * to {@link Publisher#offer}; from then on outcomes come in from several threads, each message's
 * exactly once, and the last one ends the handover.
 */
public final class Handover {
  private final List<Message> messages = new ArrayList<>();
  private final Runnable done;
  private long bytes;

  private AtomicReferenceArray<Outcome> outcomes = new AtomicReferenceArray<>(0);
  private long[] offsets = new long[0];
  private int[] partitions = new int[0];
  private final AtomicInteger open = new AtomicInteger();
  private final Set<ByteBuffer> failedKeys = ConcurrentHashMap.newKeySet(1);
  private volatile boolean anyFailed;
  private final AtomicReference<@Nullable Runnable> release = new AtomicReference<>();

  /**
   * @param done called once, when every outcome is known, on any thread; must not block
   */
  public Handover(Runnable done) {
    this.done = done;
  }

  /** Adds a message and returns its index. Messages are sent in the order in which they came. */
  public int add(Message message) {
    messages.add(message);
    bytes += message.bytes();
    return messages.size() - 1;
  }

  /** How many messages there are. */
  public int size() {
    return messages.size();
  }

  /** What became of a message. */
  public Outcome outcome(int index) {
    return outcomes.get(index);
  }

  /** The partition of an acknowledged message. */
  public int partition(int index) {
    return partitions[index];
  }

  /** The offset of an acknowledged message. */
  public long offset(int index) {
    return offsets[index];
  }

  /**
   * Ends the wait: what was not handed over will not be, what was is unknown. Ends the handover
   * unless that has happened already.
   */
  public void expire() {
    for (int i = 0; i < outcomes.length(); i++) {
      settle(i, Outcome.PENDING, Outcome.UNAVAILABLE);
      settle(i, Outcome.HANDED_OVER, Outcome.UNKNOWN);
    }
  }

  long bytes() {
    return bytes;
  }

  /** Bytes of the messages that were acknowledged so far. */
  long acknowledgedBytes() {
    if (!anyFailed) {
      return bytes;
    }
    long acknowledged = 0;
    for (int i = 0; i < messages.size(); i++) {
      if (outcomes.get(i) == Outcome.ACKNOWLEDGED) {
        acknowledged += messages.get(i).bytes();
      }
    }
    return acknowledged;
  }

  Message message(int index) {
    return messages.get(index);
  }

  /** Closes the list of messages; from here on other threads may look at the outcomes. */
  public void seal() {
    int size = messages.size();
    offsets = new long[size];
    partitions = new int[size];
    open.set(size);
    AtomicReferenceArray<Outcome> pending = new AtomicReferenceArray<>(size);
    for (int i = 0; i < size; i++) {
      pending.setPlain(i, Outcome.PENDING);
    }
    outcomes = pending;
  }

  /** Runs {@code action} once every outcome is known, even if that is so already. */
  void onRelease(Runnable action) {
    release.set(action);
    if (open.get() == 0) {
      release();
    }
  }

  private void release() {
    Runnable action = release.getAndSet(null);
    if (action != null) {
      action.run();
    }
  }

  /** Whether the sender may send the message now; if not, its outcome is known already. */
  boolean claim(int index) {
    if (anyFailed) {
      byte[] key = messages.get(index).key();
      if (key != null && failedKeys.contains(ByteBuffer.wrap(key))) {
        settle(index, Outcome.PENDING, Outcome.NOT_ATTEMPTED);
        return false;
      }
    }
    return outcomes.compareAndSet(index, Outcome.PENDING, Outcome.HANDED_OVER);
  }

  /** Whether this made the outcome known; false when it was known already. */
  boolean acknowledge(int index, int partition, long offset) {
    partitions[index] = partition;
    offsets[index] = offset;
    return settle(index, Outcome.HANDED_OVER, Outcome.ACKNOWLEDGED);
  }

  /** A claimed message failed. */
  void fail(int index, Outcome outcome) {
    settle(index, Outcome.HANDED_OVER, outcome);
  }

  /** The messages from {@code first} on are not sent. */
  void failRest(int first, Outcome outcome) {
    for (int i = first; i < messages.size(); i++) {
      settle(i, Outcome.PENDING, outcome);
    }
  }

  private boolean settle(int index, Outcome from, Outcome to) {
    byte[] key = to == Outcome.ACKNOWLEDGED ? null : messages.get(index).key();
    if (key != null && outcomes.get(index) == from) {
      // Before the outcome shows, so that no later message of the key slips through.
      failedKeys.add(ByteBuffer.wrap(key));
      anyFailed = true;
    }
    if (!outcomes.compareAndSet(index, from, to)) {
      return false;
    }
    if (open.decrementAndGet() == 0) {
      release();
      done.run();
    }
    return true;
  }
}

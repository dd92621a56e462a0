package io.leat.stream.detect;

import java.time.InstantSource;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The generations of an operator's tasks: when a task was opened, milliseconds since the epoch, but
 * always behind that of every task before a restore. Otherwise, once a clock that ran ahead was set
 * back, what the tasks have firing would count as older than what was said before, and what nobody
 * says any more would stay. Owned by one thread.
 */
final class Generations {
  private final ListState<Long> state;
  private long present;

  private Generations(ListState<Long> state, long present) {
    this.state = state;
    this.present = present;
  }

  /** A task of the operator is opened, perhaps on what others had. */
  static Generations open(OperatorStateStore store, InstantSource clock) throws Exception {
    ListState<Long> state =
        store.getUnionListState(new ListStateDescriptor<>("generations", Types.LONG));
    return new Generations(state, next(state.get(), clock.millis()));
  }

  /**
   * The generation behind others.
   *
   * @param before of all tasks before the restore; empty when there was none, or an earlier Leat
   * @param now milliseconds since the epoch
   */
  static long next(Iterable<Long> before, long now) {
    long next = now;
    for (long one : before) {
      next = Math.max(next, one + 1);
    }
    return next;
  }

  /** That of this task. */
  long present() {
    return present;
  }

  /**
   * Not behind that of a task whose alerts pass through this one: of what that has firing, this one
   * says the end.
   */
  void follow(long other) {
    present = Math.max(present, other);
  }

  /** Keeps it in the checkpoint. */
  void snapshot() throws Exception {
    state.update(List.of(present));
  }
}

package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.event.Marker;
import io.leat.stream.CleanRow;
import io.leat.stream.StreamPlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/**
 * Leaves of a stream's rows what is a sign of life, each with the accepting time of its receipt. It
 * waits for the next marker, which says what that is: otherwise events that are read before their
 * markers, as happens in a backlog, would seem to be of the time before it, and all their entities
 * silent once the markers are read. One task, which tells no time before its markers.
 */
final class LifeOperator extends AbstractStreamOperator<SignOfLife>
    implements TwoInputStreamOperator<RowData, TimedMarker, SignOfLife> {
  private static final long serialVersionUID = 1L;

  /** Signs that wait; of more, the oldest count as of the newest marker. Some 20 MB. */
  private static final int MOST_WAITING = 100_000;

  private final StreamPlan plan;
  private transient CleanRow row;
  private transient ReceiptTimes times;
  private transient GatewayClocks clocks;
  private transient Deque<SignOfLife> waiting;
  private transient ListState<long[]> timesState;
  private transient ListState<long[]> clocksState;
  private transient ListState<SignOfLife> waitingState;

  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
  LifeOperator(StreamPlan plan) {
    this.plan = plan;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    row = new CleanRow(plan);
    times = new ReceiptTimes();
    clocks = new GatewayClocks();
    waiting = new ArrayDeque<>();
    var store = context.getOperatorStateStore();
    timesState =
        store.getListState(
            new ListStateDescriptor<>(
                "times", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    clocksState =
        store.getListState(
            new ListStateDescriptor<>(
                "clocks", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    waitingState =
        store.getListState(
            new ListStateDescriptor<>("waiting", TypeInformation.of(SignOfLife.class)));
    for (long[] snapshot : timesState.get()) {
      times.restore(snapshot);
    }
    List<long[]> known = new ArrayList<>();
    clocksState.get().forEach(known::add);
    clocks.restore(known, times.newest());
    waitingState.get().forEach(waiting::add);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    timesState.update(List.of(times.snapshot()));
    clocksState.update(clocks.snapshot());
    waitingState.update(new ArrayList<>(waiting));
  }

  @Override
  public void processElement1(StreamRecord<RowData> element) {
    row.at(element.getValue());
    LogPosition position = row.position();
    SignOfLife sign = new SignOfLife();
    sign.key = row.key();
    sign.topic = position.topic();
    sign.epoch = position.epoch();
    sign.partition = position.partition();
    sign.offset = position.offset();
    sign.received = row.received();
    if (isKnown(sign)) {
      tell(sign);
      return;
    }
    waiting.add(sign);
    if (waiting.size() > MOST_WAITING && times.isBegun()) {
      tell(waiting.remove());
    }
  }

  @Override
  public void processElement2(StreamRecord<TimedMarker> element) {
    TimedMarker timed = element.getValue();
    Marker marker = Marker.decode(timed.marker);
    times.add(timed.time, timed.accepting);
    clocks.mark(
        marker.gateway(),
        marker.at(),
        timed.time,
        plan.epoch(),
        marker.before().getOrDefault(plan.stream(), Map.of()));
    waiting.removeIf(
        sign -> {
          boolean isKnown = isKnown(sign);
          if (isKnown) {
            tell(sign);
          }
          return isKnown;
        });
  }

  /**
   * A marker was written behind its receipt; when that seems to be long ago, one that knows of it
   * too, since a clock may have been set back in between.
   */
  private boolean isKnown(SignOfLife sign) {
    long received = clocks.received(sign, times.newest());
    boolean isOld = received < times.newest() - AcceptingTime.GAP;
    return times.isKnown(received) && !(isOld && clocks.isAhead(sign));
  }

  private void tell(SignOfLife sign) {
    output.collect(new StreamRecord<>(sign, times.of(clocks.received(sign, times.newest()))));
  }
}

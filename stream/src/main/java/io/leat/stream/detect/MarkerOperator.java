package io.leat.stream.detect;

import io.leat.event.Marker;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Says which accepting time the markers stand for, which is also the watermark behind each. One
 * task, so that it is one time for all.
 */
final class MarkerOperator extends AbstractStreamOperator<TimedMarker>
    implements OneInputStreamOperator<byte[], TimedMarker> {
  private static final long serialVersionUID = 1L;

  private final long grace;
  private transient AcceptingTime time;
  private transient long told;
  private transient ListState<long[]> times;
  private transient ListState<String> gateways;

  /**
   * @param grace in milliseconds
   */
  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
  MarkerOperator(long grace) {
    this.grace = grace;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    times =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "accepting", PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
    gateways =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("gateways", Types.STRING));
    time = new AcceptingTime(grace);
    told = Long.MIN_VALUE;
    List<String> names = new ArrayList<>();
    gateways.get().forEach(names::add);
    for (long[] snapshot : times.get()) {
      time.restore(snapshot, names);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    times.update(List.of(time.snapshot()));
    gateways.update(time.gateways());
  }

  @Override
  public void processElement(StreamRecord<byte[]> element) {
    byte[] bytes = element.getValue();
    Marker marker;
    try {
      marker = Marker.decode(bytes);
    } catch (IllegalArgumentException e) {
      LOG.warn("A record of the markers' topic is not a marker: {}", e.getMessage());
      return;
    }
    AcceptingTime.Reading reading = time.of(marker.gateway(), marker.at());
    output.collect(new StreamRecord<>(new TimedMarker(bytes, reading)));
    if (reading.accepting() > told) {
      told = reading.accepting();
      output.emitWatermark(new Watermark(told));
    }
  }

  /** Time is what the markers say. */
  @Override
  public void processWatermark(Watermark mark) {}
}

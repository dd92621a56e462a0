package io.leat.stream.detect;

import io.leat.event.Marker;
import io.leat.stream.LogRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Gives a stream's events accepting time: each has it as its timestamp, and it is the watermark
 * behind this operator. Task {@code i} of {@code n} has the partitions {@code p} with {@code p mod
 * n = i}; every task has all markers.
 */
final class ClockOperator extends AbstractStreamOperator<LogRecord>
    implements TwoInputStreamOperator<LogRecord, TimedMarker, LogRecord> {
  private static final long serialVersionUID = 1L;

  /**
   * Told once, when everything that was logged before a restore has been read again: when it was.
   */
  static final OutputTag<Long> CAUGHT_UP =
      new OutputTag<>("caught-up", org.apache.flink.api.common.typeinfo.Types.LONG);

  private final String stream;
  private final HashMap<Integer, Long> begin;
  private transient Machine machine;
  private transient ListState<byte[]> clocks;

  /**
   * @param begin by partition, the offset at which a job without state begins to read
   */
  @SuppressWarnings("NullAway.Init") // Flink calls initializeState() before anything else.
  ClockOperator(String stream, Map<Integer, Long> begin) {
    this.stream = stream;
    this.begin = new HashMap<>(begin);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    clocks =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "clocks", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    var task = getRuntimeContext().getTaskInfo();
    Map<Integer, Long> own = new HashMap<>(begin);
    own.keySet()
        .removeIf(
            partition ->
                partition % task.getNumberOfParallelSubtasks() != task.getIndexOfThisSubtask());
    machine = new Machine(new AcceptingClock(stream, own));
    List<DataInputStream> written = new ArrayList<>();
    for (byte[] clock : clocks.get()) {
      written.add(new DataInputStream(new ByteArrayInputStream(clock)));
    }
    machine.clock.restore(written);
  }

  @Override
  public void open() throws Exception {
    super.open();
    getMetricGroup().addGroup("stream", stream).gauge("lag", () -> machine.lagMillis());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    machine.clock.write(new DataOutputStream(bytes));
    clocks.update(List.of(bytes.toByteArray()));
  }

  @Override
  public void processElement1(StreamRecord<LogRecord> element) {
    LogRecord log = element.getValue();
    output.collect(element.replace(log, machine.clock.now()));
    if (machine.clock.read(log.partition, log.offset)) {
      machine.tell();
    }
  }

  @Override
  public void processElement2(StreamRecord<TimedMarker> element) {
    TimedMarker timed = element.getValue();
    Marker marker = Marker.decode(timed.marker);
    boolean goesOn = machine.clock.mark(marker, timed.reading());
    machine.awaitCatchingUp(marker.at());
    machine.readTo = machine.clock.readTo();
    if (goesOn) {
      machine.tell();
    }
  }

  /** Time is what the markers say. */
  @Override
  public void processWatermark1(Watermark mark) {}

  @Override
  public void processWatermark2(Watermark mark) {}

  /** What exists only while the operator runs. */
  private final class Machine {
    private final InstantSource wall = InstantSource.system();
    private final AcceptingClock clock;

    /** When the task was opened; earlier when the machine's clock was set back since. */
    private long openedAt = wall.millis();

    /** For those who look from outside. */
    private volatile long readTo = Long.MIN_VALUE;

    private long catchesUpAt = Long.MAX_VALUE;
    private boolean hasCaughtUp;

    Machine(AcceptingClock clock) {
      this.clock = clock;
    }

    /** The first marker that was written after the start says what has to be read before. */
    void awaitCatchingUp(long markedAt) {
      openedAt = Math.min(openedAt, wall.millis());
      if (catchesUpAt == Long.MAX_VALUE && markedAt >= openedAt) {
        catchesUpAt = clock.newest();
      }
    }

    /** How far behind the present events are judged. */
    double lagMillis() {
      long reached = readTo;
      return reached == Long.MIN_VALUE ? Double.NaN : Math.max(0, wall.millis() - reached);
    }

    void tell() {
      readTo = clock.readTo();
      output.emitWatermark(new Watermark(clock.now()));
      if (!hasCaughtUp && clock.now() >= catchesUpAt) {
        hasCaughtUp = true;
        output.collect(CAUGHT_UP, new StreamRecord<>(clock.now()));
      }
    }
  }
}

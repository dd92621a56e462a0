package io.leat.stream.detect;

import io.leat.event.LogPosition;
import io.leat.rules.alert.Alert;
import io.leat.rules.detect.KeyedDetector;
import io.leat.stream.detect.TestingCep.Found;
import io.leat.stream.detect.TestingCep.Happening;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * How many events a second go through a sequence: our detector by itself, the same in a keyed Flink
 * function, and Flink's pattern operator, in turn, in one run. The figures are in the ADR about
 * sequences.
 */
public final class SequenceTiming {
  private static final long BEGIN = 1_800_000_000_000L;
  private static final int KEYS = 10_000;
  private static final int EVENTS = 1_000_000;
  private static final int ROUNDS = 3;

  private SequenceTiming() {}

  /** Takes no arguments; prints one line for each measurement. */
  public static void main(String[] args) throws Exception {
    for (boolean isAbsence : new boolean[] {false, true}) {
      for (int round = 0; round < ROUNDS; round++) {
        String kind = (isAbsence ? "absence" : "following") + " " + round;
        tell(kind + " detector", () -> alone(isAbsence));
        tell(kind + " bare job", () -> job(events -> events));
        tell(kind + " detector in a job", () -> job(events -> own(events, isAbsence)));
        tell(
            kind + " pattern library",
            () ->
                job(
                    events ->
                        TestingCep.found(
                            events,
                            isAbsence
                                ? TestingCep.absent(TestingCep.INCLUSIVE)
                                : TestingCep.following(TestingCep.INCLUSIVE))));
      }
    }
  }

  @FunctionalInterface
  private interface Run {
    void run() throws Exception;
  }

  private static void tell(String name, Run run) throws Exception {
    long begin = System.nanoTime();
    run.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf("%-32s %,10.0f events/s%n", name, EVENTS / seconds);
  }

  /** Each key sends once in ten seconds; one event in ten plays a part. */
  private static Happening event(long number) {
    long mixed = number * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
    int part = (int) (mixed >>> 40) % 40;
    String code = part < 2 ? "a" : part < 3 ? "b" : part < 4 ? "c" : "x";
    return new Happening("device-" + number % KEYS, code, BEGIN + number, (int) (number / KEYS));
  }

  private static void alone(boolean isAbsence) {
    KeyedDetector detector = TestingCep.detector(isAbsence);
    Map<String, byte[]> states = new HashMap<>();
    Firing output = new Firing();
    for (long i = 0; i < EVENTS; i++) {
      Happening event = event(i);
      byte[] state = states.get(event.key);
      states.put(
          event.key,
          Objects.requireNonNull(detector.onEvent(state, TestingCep.observation(event), output)));
    }
  }

  @FunctionalInterface
  private interface Layout {
    DataStream<?> of(DataStream<Happening> events);
  }

  @SuppressWarnings("try") // Nobody interrupts it.
  private static void job(Layout layout) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    try (StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration)) {
      DataStream<Happening> events =
          environment
              .fromSequence(0, EVENTS - 1)
              .map(SequenceTiming::event)
              .returns(TypeInformation.of(Happening.class));
      discard(layout.of(events));
      environment.execute();
    }
  }

  private static <T> void discard(DataStream<T> stream) {
    stream.sinkTo(new DiscardingSink<>());
  }

  private static DataStream<Found> own(DataStream<Happening> events, boolean isAbsence) {
    return events
        .keyBy(event -> event.key, Types.STRING)
        .process(new Own(isAbsence), TypeInformation.of(Found.class));
  }

  private static final class Firing implements KeyedDetector.Output {
    private final List<Found> found = new ArrayList<>();

    @Override
    public void alert(
        String id,
        Alert.State state,
        String key,
        long startedAt,
        long at,
        Map<String, Object> values,
        List<LogPosition> evidence) {
      if (state == Alert.State.FIRING) {
        int then = (int) evidence.get(evidence.size() - 1).offset();
        found.add(new Found(key, (int) evidence.get(0).offset(), then));
      }
    }

    @Override
    public void late() {}
  }

  /** The detector's memory is Flink's state, as in the detect job. */
  private static final class Own extends KeyedProcessFunction<String, Happening, Found> {
    private static final long serialVersionUID = 1L;
    private final boolean isAbsence;
    private transient ValueState<byte[]> memory;
    private transient KeyedDetector detector;
    private transient Firing output;

    @SuppressWarnings("NullAway.Init") // Flink calls open() before anything else.
    Own(boolean isAbsence) {
      this.isAbsence = isAbsence;
    }

    @Override
    public void open(OpenContext context) {
      memory =
          getRuntimeContext()
              .getState(
                  new ValueStateDescriptor<>(
                      "memory", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
      detector = TestingCep.detector(isAbsence);
      output = new Firing();
    }

    @Override
    public void processElement(Happening event, Context context, Collector<Found> out)
        throws Exception {
      memory.update(detector.onEvent(memory.value(), TestingCep.observation(event), output));
      output.found.forEach(out::collect);
      output.found.clear();
    }
  }
}

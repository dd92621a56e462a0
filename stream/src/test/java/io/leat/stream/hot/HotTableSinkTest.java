package io.leat.stream.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.stream.LogRecord;
import io.leat.stream.StreamPlan;
import io.leat.stream.TestingRows;
import io.leat.stream.detect.DetectJob;
import io.leat.stream.detect.DetectPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables within the {@code detect} job, in Flink. */
class HotTableSinkTest {
  private final StreamPlan plan = new TestingRows().plan();
  private final StreamExecutionEnvironment environment;
  private final Path seenIds;

  HotTableSinkTest(@TempDir Path directory) {
    this.seenIds = directory;
    Configuration configuration = new Configuration();
    configuration.setString("pipeline.object-reuse", "true");
    configuration.setString("pipeline.generic-types", "false");
    this.environment = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
  }

  @Test
  void aStreamThatNoDetectorReadsIsWrittenToEachOfItsTables() throws Exception {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String device = "d-" + i % 7;
      records.add(
          TestingRows.record(
              i, device, "{\"device_id\":\"" + device + "\",\"temperature_c\":" + i % 90 + "}"));
    }
    records.add(TestingRows.record(1_000, "d-1", "{\"device_id\":\"d-1\",\"temperature_c\":999}"));
    TestingWriters written = new TestingWriters();

    DetectJob.build(
        List.of(new DetectPlan("devices", "1", plan, List.of())),
        sources(records),
        said -> {
          throw new AssertionError("there are no detectors");
        },
        new HotTableSink(
            "devices",
            List.of(
                new HotTablePlan(
                    "device", "telemetry", List.of("temperature_c"), Duration.ofDays(1)),
                new HotTablePlan("seen", "telemetry", List.of(), Duration.ofDays(1))),
            written,
            HotTableSink.Bounds.DEFAULT),
        seenIds);
    environment.execute();

    Map<String, String> newest = new TreeMap<>();
    for (HotWrite write : written.all()) {
      newest.put(
          write.table() + " " + write.key(), write.position().offset() + " " + write.columns());
    }
    assertThat(newest)
        .hasSize(14)
        .containsEntry("device d-0", "994 {\"temperature_c\":4.0}")
        // The event at 1,000 is quarantined.
        .containsEntry("device d-1", "995 {\"temperature_c\":5.0}")
        .containsEntry("seen d-6", "993 {}");
    assertThat(written.closed()).isEqualTo(1);
  }

  @Test
  void tablesOfStreamsThatTheJobDoesNotReadAreRefused() {
    HotTableSink tables =
        new HotTableSink(
            "devices",
            List.of(new HotTablePlan("device", "heartbeat", List.of(), Duration.ofDays(1))),
            new TestingWriters(),
            HotTableSink.Bounds.DEFAULT);

    assertThatThrownBy(
            () ->
                DetectJob.build(
                    List.of(new DetectPlan("devices", "1", plan, List.of())),
                    sources(List.of()),
                    said -> {},
                    tables,
                    seenIds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tables are made of streams without a plan: [heartbeat]");
  }

  private DetectJob.DetectSources sources(List<LogRecord> records) {
    return new DetectJob.DetectSources() {
      @Override
      public DataStream<LogRecord> events(DetectPlan ignored) {
        return environment.fromData(
            TypeInformation.of(LogRecord.class), records.toArray(LogRecord[]::new));
      }

      @Override
      public Map<Integer, Long> begin(DetectPlan ignored) {
        return Map.of(0, 0L, 1, 0L, 2, 0L, 3, 0L);
      }

      @Override
      public DataStream<byte[]> markers() {
        return environment
            .fromSequence(0, 0)
            .filter(n -> false)
            .map(n -> new byte[0])
            .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
      }
    };
  }

  /** What tasks of this JVM wrote, by the id that travelled to them. */
  private static final class TestingWriters implements HotTableSink.Writers {
    private static final Map<String, Queue<HotWrite>> WRITTEN = new ConcurrentHashMap<>();
    private static final Map<String, Integer> CLOSED = new ConcurrentHashMap<>();
    private final String id = UUID.randomUUID().toString();

    @Override
    public HotTableSink.Writer open() {
      Queue<HotWrite> written =
          WRITTEN.computeIfAbsent(id, ignored -> new ConcurrentLinkedQueue<>());
      return new HotTableSink.Writer() {
        @Override
        public void write(List<HotWrite> sorted) {
          written.addAll(sorted);
        }

        @Override
        public void close() {
          CLOSED.merge(id, 1, Integer::sum);
        }
      };
    }

    Queue<HotWrite> all() {
      return WRITTEN.getOrDefault(id, new ConcurrentLinkedQueue<>());
    }

    int closed() {
      return CLOSED.getOrDefault(id, 0);
    }
  }
}

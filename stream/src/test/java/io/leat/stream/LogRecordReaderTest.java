package io.leat.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.LogFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogRecordReaderTest {
  private static final long LOGGED = 1_790_000_000_000L;

  private static LogRecord read(RecordHeader... headers) {
    List<LogRecord> read = new ArrayList<>();
    new LogRecordReader()
        .deserialize(
            new ConsumerRecord<>(
                "t",
                2,
                7,
                LOGGED,
                TimestampType.CREATE_TIME,
                1,
                1,
                new byte[] {'k'},
                new byte[] {'v'},
                new RecordHeaders(headers),
                Optional.empty()),
            new ListCollector<>(read));
    assertThat(read).hasSize(1);
    return read.get(0);
  }

  private static RecordHeader header(String name, @Nullable String value) {
    return new RecordHeader(name, value == null ? null : value.getBytes(UTF_8));
  }

  private static RecordHeader facts(String layout) {
    LogFacts facts = new LogFacts(LOGGED * 1_000 + 5, 3, 4, "t", layout, "request-1", "c;1");
    return new RecordHeader("leat", facts.encode());
  }

  private static String text(byte @Nullable [] value) {
    return new String(Objects.requireNonNull(value), UTF_8);
  }

  @Test
  void headersAreReadByTheirLayoutAndWhatItDoesNotTellByName() {
    LogRecord log =
        read(
            facts("vitc"),
            header("ce_specversion", "1.0"),
            header("ce_id", "e-1"),
            header("ce_time", "2026-01-02T03:04:05Z"),
            header("content-type", "application/json"),
            header("ce_source", "urn:s"),
            header("ce_type", "t.y"),
            header("ce_subject", "sub"),
            header("ce_more", "than that"));

    isWhole(log);
  }

  @Test
  void whereARedrivenEventComesFromIsAmongItsAttributes() {
    LogRecord log =
        read(
            facts("vi"),
            header("ce_specversion", "1.0"),
            header("ce_id", "e-1"),
            header("leat_redrive", "q:d.t:1/2/3;4"),
            header("leat_other", "nothing"));

    assertThat(log.attributes).isEqualTo(Map.of("leat_redrive", "q:d.t:1/2/3;4"));
  }

  @Test
  void withoutLayoutAndInAnyOrderTheyAreReadByName() {
    LogRecord log =
        read(
            header("ce_more", "than that"),
            header("ce_type", "t.y"),
            header("ce_subject", "sub"),
            header("ce_source", "urn:s"),
            header("content-type", "application/json"),
            facts(""),
            header("ce_time", "2026-01-02T03:04:05Z"),
            header("ce_id", "e-1"),
            header("ce_specversion", "1.0"));

    isWhole(log);
  }

  /** Only the first header tells of those behind it. */
  @Test
  void aLayoutThatComesLateIsNotFollowed() {
    LogRecord log = read(header("ce_id", "e-1"), facts("st"), header("ce_type", "t.y"));

    assertThat(text(log.id)).isEqualTo("e-1");
    assertThat(text(log.type)).isEqualTo("t.y");
    assertThat(log.source).isNull();
    assertThat(text(log.client)).isEqualTo("c;1");
  }

  @Test
  void aLayoutOfMoreThanThereIsAndEmptyHeadersDoNoHarm() {
    LogRecord log = read(facts("vitcsyvitcsy"), header("ce_specversion", "1.0"), header("x", null));

    assertThat(log.id).isNull();
    assertThat(log.time).isNull();
    assertThat(log.requestIndex).isEqualTo(3);
  }

  @Test
  void withoutFactsTheLogsOwnTimeCounts() {
    LogRecord log = read(header("leat", "1;2;3"), header("ce_id", "e-1"));

    assertThat(log.receivedMicros).isEqualTo(LOGGED * 1_000);
    assertThat(log.requestIndex).isEqualTo(-1);
    assertThat(log.client).isNull();
    assertThat(text(log.id)).isEqualTo("e-1");
    assertThat(read().receivedMicros).isEqualTo(LOGGED * 1_000);
  }

  private static void isWhole(LogRecord log) {
    assertThat(log.partition).isEqualTo(2);
    assertThat(log.offset).isEqualTo(7);
    assertThat(text(log.key)).isEqualTo("k");
    assertThat(text(log.value)).isEqualTo("v");
    assertThat(text(log.id)).isEqualTo("e-1");
    assertThat(text(log.time)).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(text(log.contentType)).isEqualTo("application/json");
    assertThat(text(log.source)).isEqualTo("urn:s");
    assertThat(text(log.type)).isEqualTo("t.y");
    assertThat(text(log.subject)).isEqualTo("sub");
    assertThat(log.attributes).isEqualTo(Map.of("more", "than that"));
    assertThat(log.receivedMicros).isEqualTo(LOGGED * 1_000 + 5);
    assertThat(log.requestIndex).isEqualTo(3);
    assertThat(log.schemaVersion).isEqualTo(4);
    assertThat(text(log.supplied)).isEqualTo("t");
    assertThat(text(log.request)).isEqualTo("request-1");
    assertThat(text(log.client)).isEqualTo("c;1");
  }
}

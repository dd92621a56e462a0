package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.action.TestingBroker;
import io.leat.action.target.TargetOutcome.Retry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class KafkaTargetTest extends TargetContractTest {
  private static final String TOPIC = "incidents";

  @TempDir Path directory;
  private TestingBroker broker;

  @Override
  String kind() {
    return "kafka";
  }

  @Override
  void start() throws Exception {
    broker = new TestingBroker(directory);
    broker.create(TOPIC, 2);
    places.kafka.putAll(broker.client());
  }

  @Override
  void stop() {
    broker.close();
  }

  @Override
  Map<String, String> options() {
    return Map.of("topic", TOPIC);
  }

  private List<ConsumerRecord<byte[], byte[]>> records() {
    return broker.records(TOPIC);
  }

  @Override
  String shown() {
    return records().stream()
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("\n"));
  }

  @Override
  int things() {
    return (int) records().stream().map(record -> headers(record).get("ce_id")).distinct().count();
  }

  @Override
  int requests() {
    return records().size();
  }

  @Override
  String over() {
    return "\"change\":\"resolved\"";
  }

  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    return StreamSupport.stream(record.headers().spliterator(), false)
        .collect(
            Collectors.toMap(
                header -> header.key(),
                header -> new String(header.value(), StandardCharsets.UTF_8)));
  }

  @Test
  void aChangeIsACloudEventUnderItsIncident() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.resolved());
    }

    ConsumerRecord<byte[], byte[]> record = records().get(0);
    assertThat(record.key()).asString().isEqualTo(TestingIncidents.ID);
    assertThat(headers(record))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "content-type", "application/json",
                "ce_specversion", "1.0",
                "ce_id", TestingIncidents.resolved().id(),
                "ce_source", "leat.devices",
                "ce_type", "io.leat.incident.resolved.v1",
                "ce_time", "2026-03-01T10:03:00Z",
                "ce_subject", TestingIncidents.ID));
    assertThat(new ObjectMapper().readTree(record.value()).at("/incident/state").asText())
        .isEqualTo("resolved");
  }

  @Test
  void aTopicThatIsNotThereAndABrokerThatIsNotAreAskedAgain() throws Exception {
    Retry missing =
        new Retry("Kafka did not tell of the topic 'none' in time: does it exist?", null);
    try (Target target = places.open(kind(), Duration.ofSeconds(2), Map.of("topic", "none"))) {
      assertThat(deliver(target, TestingIncidents.opened())).isEqualTo(missing);
      broker.stop();
      assertThat(target.test(budget)).isEqualTo(missing);
    }
    broker.start();
  }
}

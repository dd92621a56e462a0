package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.leat.event.LogFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody writes past the gateway, straight into the log. */
@Order(50)
@ExtendWith(SharedPlatform.class)
class PoisonStoryTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TOPIC = "devices.telemetry";

  private final TestingClient client;
  private final String bootstrap;

  PoisonStoryTest(SharedPlatform.Running leat) {
    this.client = leat.admin();
    this.bootstrap =
        leat.platform().components().stream()
            .filter(c -> c.name().equals("kafka"))
            .map(c -> c.address())
            .findFirst()
            .orElseThrow();
  }

  /** A record, and the code under which it is quarantined; none when it is fit to be processed. */
  private record Poison(ProducerRecord<byte[], byte[]> record, String code) {}

  @Test
  void everyRecordIsRawAndQuarantinedAndTheJobGoesOn() throws Exception {
    Books before = Books.settled(client);
    long rejectedBefore = client.number("SELECT count(*) FROM devices_raw.rejected");
    Map<String, Poison> poisons = poisons();
    Map<String, String> names = new HashMap<>();
    Map<String, byte[]> values = new HashMap<>();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (Map.Entry<String, Poison> poison : poisons.entrySet()) {
        RecordMetadata logged = producer.send(poison.getValue().record()).get();
        String position = logged.partition() + "@" + logged.offset();
        names.put(position, poison.getKey());
        values.put(position, poison.getValue().record().value());
      }
      producer.send(new ProducerRecord<>("devices.rejected", null, null)).get();
      producer
          .send(new ProducerRecord<>("devices.rejected", new byte[] {1}, new byte[] {-1}))
          .get();
    }

    Books books = Books.settled(client).since(before);

    long fit = poisons.values().stream().filter(p -> p.code().isEmpty()).count();
    Map<String, byte[]> raw = new HashMap<>();
    for (JsonNode row :
        client.rows("SELECT log_partition, log_offset, payload FROM devices_raw.telemetry")) {
      String position = row.path(0).asInt() + "@" + row.path(1).asLong();
      if (names.containsKey(position)) {
        raw.put(
            position,
            row.path(2).isNull() ? null : Base64.getDecoder().decode(row.path(2).asText()));
      }
    }
    Map<String, String> quarantined = new HashMap<>();
    for (JsonNode row :
        client.rows(
            "SELECT log_partition, log_offset, code, reason FROM devices_raw.quarantine"
                + " WHERE stream = 'telemetry'")) {
      quarantined.put(row.path(0).asInt() + "@" + row.path(1).asLong(), row.path(2).asText());
      assertThat(row.path(3).asText()).isNotBlank().hasSizeLessThan(2_000);
    }
    Map<String, String> codes = new TreeMap<>();
    names.forEach(
        (position, name) -> {
          codes.put(name, quarantined.getOrDefault(position, ""));
          assertThat(raw).as(name).containsKey(position);
          assertThat(Arrays.equals(raw.get(position), values.get(position))).as(name).isTrue();
        });
    Map<String, String> expected = new TreeMap<>();
    poisons.forEach((name, poison) -> expected.put(name, poison.code()));
    assertThat(codes).isEqualTo(expected);
    assertThat(books)
        .isEqualTo(new Books(poisons.size(), poisons.size(), fit, 0, poisons.size() - fit));
    client.rows("SELECT * FROM devices_raw.telemetry");
    client.rows("SELECT * FROM devices_processed.telemetry");
    client.rows("SELECT * FROM devices_raw.quarantine");
    client.rows("SELECT * FROM devices_raw.rejected");
    Until.holds(
        SOON,
        () -> client.number("SELECT count(*) FROM devices_raw.rejected") == rejectedBefore + 2,
        "garbage among the rejected is kept");
    JsonNode job = client.status().path("jobs").path(0);
    assertThat(job.path("state").asText()).isEqualTo("RUNNING");
    assertThat(job.has("failure")).as(job::toString).isFalse();
  }

  /** A time of receipt far ahead would let the window of all other ids end. */
  @Test
  void aForgedTimeOfReceiptDoesNotEndTheDeduplicationOfOthers() throws Exception {
    String event =
        "{\"event_id\":\"forged-1\",\"device_id\":\"forged\",\"ts\":\"%s\"}"
            .formatted(Instant.now());
    assertThat(client.send(TOPIC, event).status()).isEqualTo(202);
    Books before = Books.settled(client);
    long farAhead = Instant.parse("9000-01-01T00:00:00Z").getEpochSecond() * 1_000_000;
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int partition = 0; partition < 4; partition++) {
        ProducerRecord<byte[], byte[]> forged =
            new ProducerRecord<>(
                TOPIC,
                partition,
                bytes("forger"),
                bytes("{\"device_id\":\"forger\",\"ts\":\"%s\"}".formatted(Instant.now())));
        forged
            .headers()
            .add("leat", new LogFacts(farAhead, 0, 1, "", "", "request", "forger").encode());
        producer.send(forged).get();
      }
    }
    assertThat(Books.settled(client).since(before).logged()).isEqualTo(4);

    assertThat(client.send(TOPIC, event).status()).isEqualTo(202);

    assertThat(Books.settled(client).since(before).duplicates()).isEqualTo(1);
  }

  private static Map<String, Poison> poisons() {
    String start = "{\"device_id\":\"poison\",\"ts\":\"%s\",".formatted(Instant.now());
    Map<String, Poison> all = new LinkedHashMap<>();
    put(all, "no value", null, "unparsable-record");
    put(all, "an empty value", new byte[0], "type-mismatch");
    put(all, "not JSON", bytes("hello"), "unparsable-record");
    put(all, "half of an object", bytes(start), "unparsable-record");
    put(all, "more after the object", bytes(start + "\"seq\":1} {}"), "unparsable-record");
    put(
        all,
        "not UTF-8",
        new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'},
        "unparsable-record");
    put(
        all,
        "UTF-16",
        "{\"seq\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_16),
        "unparsable-record");
    put(all, "an array", bytes("[1,2]"), "type-mismatch");
    put(all, "a wrong type", bytes(start + "\"temperature_c\":\"hot\"}"), "type-mismatch");
    put(all, "a wrong nested type", bytes(start + "\"location\":{\"lat\":[]}}"), "type-mismatch");
    put(all, "a key twice", bytes(start + "\"seq\":1,\"seq\":2}"), "unparsable-record");
    put(all, "an unknown key twice", bytes(start + "\"x\":1,\"x\":2}"), "unparsable-record");
    put(all, "a null and then a value", bytes(start + "\"seq\":null,\"seq\":2}"), "");
    put(
        all,
        "an integer beyond 64 bits",
        bytes(start + "\"seq\":1" + "0".repeat(30) + "}"),
        "type-mismatch");
    put(
        all,
        "a number beyond a double",
        bytes(start + "\"temperature_c\":1e400}"),
        "type-mismatch");
    put(
        all,
        "a number of 5000 digits",
        bytes(start + "\"temperature_c\":" + "9".repeat(5_000) + "}"),
        "unparsable-record");
    put(
        all,
        "an undeclared number of 5000 digits",
        bytes(start + "\"x\":" + "9".repeat(5_000) + "}"),
        "unparsable-record");
    put(all, "a huge exponent", bytes(start + "\"temperature_c\":1e999999999}"), "type-mismatch");
    put(all, "an undeclared huge exponent", bytes(start + "\"x\":1e999999999}"), "");
    put(
        all,
        "deep nesting",
        bytes(start + "\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"),
        "unparsable-record");
    put(
        all,
        "no date-time",
        bytes("{\"device_id\":\"poison\",\"ts\":\"yesterday\"}"),
        "type-mismatch");
    put(
        all,
        "the year 9999",
        bytes("{\"device_id\":\"poison\",\"ts\":\"9999-12-31T23:59:59Z\"}"),
        "time-out-of-range");
    put(all, "1 MB that is not JSON", bytes("x".repeat(990_000)), "unparsable-record");
    put(
        all,
        "1 MB of undeclared text",
        bytes(start + "\"x\":\"" + "x".repeat(950_000) + "\"}"),
        "");
    put(all, "no headers", bytes(start + "\"seq\":1}"), "");
    Poison odd = put(all, "odd headers", bytes(start + "\"seq\":2}"), "");
    odd.record().headers().add("ce_id", new byte[] {(byte) 0xFF, (byte) 0xFE});
    odd.record().headers().add("ce_time", bytes("no time"));
    odd.record().headers().add("ce_source", null);
    odd.record().headers().add("leat", bytes(";;;"));
    odd.record().headers().add("content-type", new byte[0]);
    odd.record().headers().add(new RecordHeader("ce_" + "e".repeat(1_000), bytes("x")));
    Poison facts = put(all, "facts of no use", bytes(start + "\"seq\":3}"), "");
    facts.record().headers().add("ce_id", bytes("poison-facts"));
    facts.record().headers().add("leat", bytes("-5;x;;" + "i".repeat(100) + ";;;;\n"));
    return all;
  }

  private static Poison put(
      Map<String, Poison> all, String name, byte @Nullable [] value, String code) {
    byte[] key = all.size() % 3 == 0 ? null : new byte[] {(byte) all.size(), (byte) 0xFF};
    Poison poison = new Poison(new ProducerRecord<>(TOPIC, key, value), code);
    all.put(name, poison);
    return poison;
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrap, "max.request.size", "2000000"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

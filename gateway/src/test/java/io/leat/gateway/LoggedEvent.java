package io.leat.gateway;

import io.leat.event.LogFacts;
import io.leat.event.LogHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record of the log as text. */
public record LoggedEvent(
    int partition, long offset, String key, String value, Map<String, String> headers) {
  public static LoggedEvent of(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) {
      if (headers.put(header.key(), text(header.value())) != null) {
        throw new AssertionError("the header " + header.key() + " is there twice");
      }
    }
    return new LoggedEvent(
        record.partition(),
        record.offset(),
        record.key() == null ? "" : text(record.key()),
        text(record.value()),
        headers);
  }

  public String header(String name) {
    return headers.getOrDefault(name, "none");
  }

  public LogFacts facts() {
    return LogFacts.decode(header(LogHeaders.FACTS).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

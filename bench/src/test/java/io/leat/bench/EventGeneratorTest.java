package io.leat.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventGeneratorTest {
  private static final Instant START = Instant.parse("2026-03-04T05:06:07.008Z");

  @Test
  void theSameSeedMakesTheSameEvents() {
    EventGenerator one = new EventGenerator(3, START);
    EventGenerator other = new EventGenerator(3, START);

    for (int i = 0; i < 100; i++) {
      assertThat(one.next().json()).isEqualTo(other.next().json());
    }
  }

  @Test
  void anEventHasTwelvePropertiesAndTheSizeThatTheReportPromises() throws Exception {
    EventGenerator events = new EventGenerator(1, START);
    Set<String> ids = new HashSet<>();

    for (int i = 0; i < 1_000; i++) {
      EventGenerator.Event event = events.next();
      JsonNode json = new ObjectMapper().readTree(event.json());
      assertThat(json.size()).isEqualTo(12);
      assertThat(event.json().length).isBetween(220, 250);
      assertThat(json.path("event_id").asText())
          .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}")
          .isEqualTo(new String(event.id(), UTF_8));
      assertThat(json.path("device_id").asText()).isEqualTo(new String(event.device(), UTF_8));
      assertThat(json.path("temperature_c").asDouble()).isBetween(-60.0, 150.0);
      ids.add(json.path("event_id").asText());
    }

    assertThat(ids).hasSize(1_000);
  }

  @Test
  void aBodyThatComesAgainHasNewIds() throws Exception {
    RequestBodies bodies = new RequestBodies(5, 10);
    List<String> ids = new ArrayList<>();

    for (int i = 0; i < 100; i++) {
      RequestBodies.Body body = bodies.next(i == 99 ? 3 : 10);
      String text = new String(body.bytes(), 0, body.length(), UTF_8);
      for (String line : text.lines().toList()) {
        ids.add(new ObjectMapper().readTree(line).path("event_id").asText());
      }
    }

    assertThat(ids).hasSize(993).doesNotHaveDuplicates();
  }
}

package io.leat.action.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;

/** The contract over a place of which only the requests are known. */
@NullUnmarked
abstract class HttpTargetContractTest extends RemoteTargetContractTest {
  static final ObjectMapper JSON = new ObjectMapper();

  TestingHttpPlace place;
  private int port;

  /** The status of success there. */
  abstract int okay();

  abstract void secrets(String url);

  @Override
  void start() throws Exception {
    place = new TestingHttpPlace(port, okay());
    port = place.port();
    secrets("http://place.example:" + port + "/hunter2-path");
  }

  @Override
  void stop() {
    place.close();
  }

  @Override
  void next(Fault fault) {
    place.next(fault);
  }

  @Override
  Optional<Duration> retryAfter() {
    return Optional.of(Duration.ofSeconds(TestingHttpPlace.RETRY_AFTER));
  }

  @Override
  int requests() {
    return place.asked.size();
  }

  /** What was taken about the incident. */
  List<JsonNode> bodies() {
    return place.taken.stream()
        .map(
            request -> {
              try {
                return JSON.readTree(request.body());
              } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
              }
            })
        .filter(body -> body.toString().contains(TestingIncidents.ID))
        .toList();
  }

  @Override
  String shown() {
    return bodies().stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
  }

  Map<String, String> inside(Map<String, String> options) {
    Map<String, String> all = new java.util.HashMap<>(options);
    all.put("allow-private", "true");
    return all;
  }
}

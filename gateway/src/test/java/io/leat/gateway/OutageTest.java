package io.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leat.gateway.publishing.KafkaCheck;
import io.leat.gateway.publishing.TestingBroker;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log goes away and comes back. */
class OutageTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration BOUND = Duration.ofSeconds(5);

  @Test
  void whileTheBrokerIsDownTheAnswerIs503InTimeAndAfterwardsNothingAcceptedIsLost(
      @TempDir Path directory) throws Exception {
    try (TestingBroker broker = new TestingBroker(directory)) {
      broker.create("devices.telemetry", 4);
      broker.create("devices.rejected", 1);
      try (TestingGateway gateway =
              new TestingGateway(broker.client(), GatewaySettings.defaults());
          KafkaCheck check = new KafkaCheck(broker.client())) {
        assertThat(gateway.post("sender", "application/json", event(0)).statusCode())
            .isEqualTo(202);
        assertThat(check.problem()).isEmpty();
        Senders senders = new Senders(gateway);

        broker.stop();
        List<Answer> down = new ArrayList<>();
        for (int i = 1; i < 4; i++) {
          down.add(Answer.of(gateway, event(i)));
        }
        Answer refused = Answer.of(gateway, "{\"t\":1}");
        assertThat(check.problem()).contains("Kafka does not answer");
        broker.start();
        Answer recovered = recovered(gateway);
        List<Answer> all = senders.stop();

        assertThat(down)
            .allSatisfy(
                answer -> {
                  assertThat(answer.http().statusCode()).isEqualTo(503);
                  assertThat(answer.http().headers().firstValue("Retry-After")).contains("1");
                  assertThat(MAPPER.readTree(answer.http().body()).get("code").asText())
                      .isIn("log-unavailable", "outcome-unknown");
                });
        assertThat(refused.http().statusCode()).isEqualTo(422);
        assertThat(MAPPER.readTree(refused.http().body()).get("kept").asBoolean()).isFalse();
        assertThat(recovered.http().statusCode()).isEqualTo(202);
        assertThat(check.problem()).isEmpty();

        all.addAll(down);
        all.add(refused);
        assertThat(all).allSatisfy(a -> assertThat(a.took()).isLessThan(BOUND));
        assertThat(all.stream().map(a -> a.http().statusCode()).filter(s -> s >= 500).distinct())
            .allMatch(status -> status == 503);
        Set<String> logged = new HashSet<>();
        broker
            .records("devices.telemetry")
            .forEach(r -> logged.add(LoggedEvent.of(r).header("ce_id")));
        assertThat(logged).containsAll(accepted(all));
        assertThat(accepted(all)).isNotEmpty();
        long unknown =
            all.stream()
                .mapToLong(a -> a.http().body().split("\"outcome-unknown\"", -1).length - 1)
                .sum();
        assertThat(gateway.told().acknowledged())
            .as("and the first, and the last")
            .isEqualTo(accepted(all).size() + 2);
        assertThat(gateway.told().unknown()).isGreaterThanOrEqualTo(unknown);
      }
    }
  }

  /** By itself, within a bound. */
  private static Answer recovered(TestingGateway gateway) throws Exception {
    Instant end = Instant.now().plusSeconds(20);
    Answer answer = Answer.of(gateway, event(9));
    while (answer.http().statusCode() == 503 && Instant.now().isBefore(end)) {
      answer = Answer.of(gateway, event(9));
    }
    return answer;
  }

  private static String event(int n) {
    return "{\"device\":\"d" + n + "\"}";
  }

  private static List<String> accepted(List<Answer> answers) throws Exception {
    List<String> ids = new ArrayList<>();
    for (Answer answer : answers) {
      JsonNode body = MAPPER.readTree(answer.http().body());
      for (JsonNode result : body.path("results")) {
        if (result.get("status").asInt() == 202) {
          ids.add(result.get("id").asText());
        }
      }
    }
    return ids;
  }

  private record Answer(HttpResponse<String> http, Duration took) {
    static Answer of(TestingGateway gateway, String body) throws Exception {
      long start = System.nanoTime();
      HttpResponse<String> http = gateway.post("sender", "application/json", body);
      return new Answer(http, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Batches from several clients, all the time. */
  private static final class Senders {
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Future<List<Answer>>> answers = new ArrayList<>();

    Senders(TestingGateway gateway) {
      for (int i = 0; i < 4; i++) {
        int sender = i;
        answers.add(
            threads.submit(
                () -> {
                  List<Answer> own = new ArrayList<>();
                  for (int n = 0; !stopping.get(); n++) {
                    StringBuilder body = new StringBuilder("[");
                    for (int k = 0; k < 50; k++) {
                      body.append(k == 0 ? "" : ",")
                          .append("{\"device\":\"s" + sender + "-" + k % 7 + "\",\"n\":" + n + "}");
                    }
                    own.add(Answer.of(gateway, body.append("]").toString()));
                  }
                  return own;
                }));
      }
    }

    List<Answer> stop() throws Exception {
      stopping.set(true);
      List<Answer> all = new ArrayList<>();
      for (Future<List<Answer>> own : answers) {
        all.addAll(own.get());
      }
      threads.shutdown();
      return all;
    }
  }
}

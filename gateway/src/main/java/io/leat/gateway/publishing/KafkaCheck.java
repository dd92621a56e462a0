package io.leat.gateway.publishing;

import io.leat.http.HealthCheck;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Readiness: the log's cluster answers. */
public final class KafkaCheck implements HealthCheck, AutoCloseable {
  private static final long TIMEOUT_MILLIS = 1_500;

  private final Admin admin;

  /**
   * @param kafka client properties, as {@link PublisherSettings#kafka()}
   */
  public KafkaCheck(Map<String, Object> kafka) {
    Map<String, Object> config = new HashMap<>();
    config.put(AdminClientConfig.CLIENT_ID_CONFIG, "leat-gateway-check");
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT_MILLIS);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT_MILLIS);
    config.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000L);
    config.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    config.putAll(kafka);
    this.admin = Admin.create(config);
  }

  @Override
  public Optional<String> problem() throws InterruptedException {
    try {
      int nodes = admin.describeCluster().nodes().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).size();
      return nodes > 0 ? Optional.empty() : Optional.of("Kafka has no broker");
    } catch (ExecutionException | TimeoutException e) {
      return Optional.of("Kafka does not answer");
    }
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ZERO);
  }
}

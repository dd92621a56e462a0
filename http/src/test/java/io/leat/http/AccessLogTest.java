package io.leat.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;

class AccessLogTest {
  private static final class Lines extends AbstractAppender {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Lines() {
      super("lines", null, null, false, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(event.getMessage().getFormattedMessage());
    }
  }

  @Test
  void aRequestIsOneLineWithoutPayloadOrSecret() throws Exception {
    Lines lines = new Lines();
    lines.start();
    Logger logger = (Logger) LogManager.getLogger("leat.access");
    logger.addAppender(lines);
    Configurator.setLevel("leat.access", Level.INFO);
    try (TestingServer server = new TestingServer()) {
      server.start(
          TestingServer.settings(),
          new TestingAuthenticator(server.vertx),
          List.of(new EchoRoutes(server.bodies, Duration.ofSeconds(5))));
      server.send(
          server
              .request("/v1/echo/secret-path?token=secret-query")
              .header("Authorization", "Bearer send")
              .POST(BodyPublishers.ofString("secret-payload")));
      HttpServiceTest.waitUntil(() -> !lines.lines.isEmpty());
    } finally {
      logger.removeAppender(lines);
    }

    assertThat(lines.lines).hasSize(1);
    assertThat(lines.lines.get(0)).doesNotContain("secret");
    JsonObject line = new JsonObject(lines.lines.get(0));
    assertThat(line.fieldNames())
        .containsExactly(
            "request_id",
            "client",
            "method",
            "route",
            "status",
            "delivered",
            "bytes_in",
            "bytes_out",
            "micros");
    assertThat(line.getString("client")).isEqualTo("send");
    assertThat(line.getString("route")).isEqualTo("/v1/echo/:name");
    assertThat(line.getInteger("status")).isEqualTo(200);
    assertThat(line.getInteger("bytes_in")).isEqualTo(14);
    assertThat(line.getInteger("bytes_out")).isPositive();
  }
}

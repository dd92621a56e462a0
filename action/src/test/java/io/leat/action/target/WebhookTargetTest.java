package io.leat.action.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.action.target.TargetOutcome.Blocked;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class WebhookTargetTest extends HttpTargetContractTest {
  private static final byte[] KEY =
      "hunter2-hunter2-hunter2-hunter2".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OLD =
      "hunter1-hunter1-hunter1-hunter1".getBytes(StandardCharsets.UTF_8);

  @Override
  String kind() {
    return "webhook";
  }

  @Override
  int okay() {
    return 200;
  }

  @Override
  void secrets(String url) {
    places.secrets.put("url", url);
    places.secrets.put("webhook", secret(KEY) + " " + secret(OLD));
  }

  private static String secret(byte[] key) {
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  @Override
  Map<String, String> options() {
    return inside(Map.of("url", "${secret:url}", "secret", "${secret:webhook}"));
  }

  @Override
  int things() {
    return (int)
        place.taken.stream()
            .filter(request -> request.body().contains(TestingIncidents.ID))
            .map(request -> request.headers().getFirst("webhook-id"))
            .distinct()
            .count();
  }

  @Override
  String over() {
    return "\"type\":\"incident.resolved\"";
  }

  @Override
  String remedy(Fault fault) {
    return "compare 'secret'";
  }

  @Test
  void aReceiverCanCheckWhoSentItWithEitherSecret() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.updated());
    }

    TestingHttpPlace.Taken request = place.taken.get(0);
    assertThat(request.headers().getFirst("webhook-id")).isEqualTo(TestingIncidents.updated().id());
    String signed =
        request.headers().getFirst("webhook-id")
            + "."
            + request.headers().getFirst("webhook-timestamp")
            + "."
            + request.body();
    assertThat(request.headers().getFirst("webhook-signature"))
        .isEqualTo(
            "v1,"
                + Base64.getEncoder().encodeToString(hmac(KEY, signed))
                + " v1,"
                + Base64.getEncoder().encodeToString(hmac(OLD, signed)));
    assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/json");
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theBodyTellsTheChangeAndTheIncident() throws Exception {
    try (Target target = target(LONG)) {
      deliver(target, TestingIncidents.resolved());
    }

    assertThat(bodies().get(0).toPrettyString().lines().map(String::strip))
        .startsWith(
            "{",
            "\"type\" : \"incident.resolved\",",
            "\"timestamp\" : \"2026-03-01T10:03:00Z\",",
            "\"data\" : {",
            "\"change\" : \"resolved\",",
            "\"version\" : 4,",
            "\"at\" : \"2026-03-01T10:03:00Z\",",
            "\"by\" : \"leat\",",
            "\"detail\" : \"\",",
            "\"incident\" : {",
            "\"id\" : \"0123456789abcdef0123456789abcdef\",",
            "\"blueprint\" : \"devices\",",
            "\"group_key\" : \"detector=offline, key=m7\",",
            "\"state\" : \"resolved\",",
            "\"severity\" : \"critical\",",
            "\"summary\" : \"m7 is offline\",",
            "\"opened_at\" : \"2026-03-01T10:00:00Z\",",
            "\"changed_at\" : \"2026-03-01T10:03:00Z\",",
            "\"acknowledged_by\" : null,",
            "\"resolved_at\" : \"2026-03-01T10:03:00Z\",",
            "\"firing\" : 0,",
            "\"total\" : 1,");
  }

  @Test
  void aSecretThatIsNotOneBlocksTheTargetWithoutBeingShown() throws Exception {
    for (String wrong : Stream.of("hunter2", "whsec_hunter2!", "whsec_aHVudGVyMg==").toList()) {
      places.secrets.put("webhook", wrong);
      try (Target target = target(LONG)) {
        assertThat(deliver(target, TestingIncidents.opened()))
            .isEqualTo(
                new Blocked(
                    "'secret' is not 'whsec_' and 24 to 64 bytes in base64: make one with: echo"
                        + " whsec_$(openssl rand -base64 32)"));
      }
    }
  }

  @Test
  void everyChangeIsTaughtToWhoWantsIt() {
    Map<String, String> options = new HashMap<>(options());
    options.put("changes", "every");
    try (Target target = places.open(kind(), LONG, options);
        Target newest = target(LONG)) {
      assertThat(target.coalesces()).isFalse();
      assertThat(newest.coalesces()).isTrue();
    }
  }
}

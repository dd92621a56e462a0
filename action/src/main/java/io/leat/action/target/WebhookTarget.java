package io.leat.action.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.action.outbound.HttpAnswer;
import io.leat.action.outbound.SafeHttp;
import io.leat.action.outbound.UnusableSettingException;
import io.leat.action.target.TargetOutcome.Delivered;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * JSON to any URL, signed as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says:
 * {@code webhook-signature} is {@code v1,} and base64 of HMAC-SHA256 over id, time and body with
 * dots between. The id is that of the request, the same in each attempt, for the receiver to know a
 * repetition by.
 */
final class WebhookTarget extends HttpTarget {
  private static final String PREFIX = "whsec_";
  private static final int LEAST_KEY = 24;
  private static final int MOST_KEY = 64;
  private static final String REMEDY =
      "the receiver does not accept the signature; compare 'secret'";

  WebhookTarget(SafeHttp http, TargetSettings settings, InstantSource clock) {
    super(http, settings, clock);
  }

  @Override
  public String kind() {
    return "webhook";
  }

  @Override
  public boolean coalesces() {
    return settings.text("changes").equals("newest");
  }

  @Override
  TargetOutcome tell(TargetRequest request, TargetMemory memory, HttpBudget budget)
      throws InterruptedException {
    return post(
        request.id(),
        "incident." + IncidentText.lower(request.change()),
        request.at(),
        IncidentJson.tree(request),
        budget);
  }

  @Override
  TargetOutcome probe(HttpBudget budget) throws InterruptedException {
    Instant now = clock.instant();
    return post(
        "leat-test-" + now.toEpochMilli(),
        "leat.test",
        now,
        JsonNodeFactory.instance.objectNode(),
        budget);
  }

  private TargetOutcome post(String id, String type, Instant at, ObjectNode data, HttpBudget budget)
      throws InterruptedException {
    URI uri = url("url");
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("type", type).put("timestamp", at.toString()).set("data", data);
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    String time = Long.toString(clock.instant().getEpochSecond());
    HttpAnswer answer =
        ask(
            budget,
            "POST",
            uri,
            Map.of(
                "Content-Type",
                "application/json",
                "webhook-id",
                id,
                "webhook-timestamp",
                time,
                "webhook-signature",
                signatures(id, time, bytes)),
            bytes);
    return answer instanceof HttpAnswer.Response response
            && response.status() >= 200
            && response.status() < 300
        ? new Delivered("", "")
        : failed(answer, REMEDY);
  }

  private String signatures(String id, String time, byte[] body) {
    List<String> signatures = new ArrayList<>();
    for (String secret : settings.text("secret").split(" +", -1)) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key(secret), mac.getAlgorithm()));
        mac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
        signatures.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("no HMAC-SHA256", e);
      }
    }
    return String.join(" ", signatures);
  }

  private static byte[] key(String secret) {
    byte[] key = new byte[0];
    if (secret.startsWith(PREFIX)) {
      try {
        key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
      } catch (IllegalArgumentException e) {
        // Its message shows a character of the secret.
        key = new byte[0];
      }
    }
    if (key.length < LEAST_KEY || key.length > MOST_KEY) {
      throw new UnusableSettingException(
          "'secret' is not 'whsec_' and "
              + LEAST_KEY
              + " to "
              + MOST_KEY
              + " bytes in base64: make one with: echo whsec_$(openssl rand -base64 32)");
    }
    return key;
  }
}

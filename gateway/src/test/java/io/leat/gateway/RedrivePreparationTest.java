package io.leat.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.ErrorCode;
import io.leat.event.LogFacts;
import io.leat.gateway.format.Refusal;
import io.leat.gateway.publishing.Message;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.leat.http.StreamScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RedrivePreparationTest {
  private static final long RECEIVED = 1_790_000_000_000_000L;
  private static final String ORIGIN = "q:devices.telemetry:1/0/7";
  private static final Principal SENDER = sender(Set.of());

  private final RedrivePreparation preparation = new RedrivePreparation(GatewaySettings.defaults());
  private final ServedStream stream;

  RedrivePreparationTest() throws Exception {
    stream = new ServedStream(TestingGateway.blueprint(), TestingGateway.stream(), 3, 1);
  }

  private static Principal sender(Set<String> entities) {
    return new Principal("c-1", "c-1", Set.of(Role.SEND), StreamScope.ALL, entities);
  }

  private RedrivePreparation.Result logged(
      String data, @Nullable Map<String, String> attributes, boolean suppliedId) {
    return preparation.prepare(
        stream,
        new RedrivePreparation.Logged(
            SENDER,
            "request-1",
            4,
            RECEIVED,
            data.getBytes(UTF_8),
            attributes,
            null,
            "id-1",
            suppliedId),
        ORIGIN,
        2);
  }

  private RedrivePreparation.Result refused(String bytes, @Nullable String id, Principal sender) {
    return preparation.prepare(
        stream,
        new RedrivePreparation.Refused(sender, "request-1", 4, RECEIVED, bytes.getBytes(UTF_8), id),
        ORIGIN,
        1);
  }

  private static Map<String, String> headers(RedrivePreparation.Result result) {
    Message message = Objects.requireNonNull(result.message(), () -> "" + result.refusal());
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : message.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    return headers;
  }

  private static LogFacts facts(RedrivePreparation.Result result) {
    return LogFacts.decode(headers(result).getOrDefault("leat", "").getBytes(UTF_8));
  }

  @Test
  void aLoggedEventKeepsItsIdSenderAndTimeOfReceiptAndNamesItsOrigin() {
    RedrivePreparation.Result result =
        logged("{\"device\":\"d1\",\"event\":\"other\"}", null, true);

    Map<String, String> headers = headers(result);
    assertThat(headers)
        .containsEntry("ce_id", "id-1")
        .containsEntry("ce_source", "urn:leat:client:c-1")
        .containsEntry("leat_redrive", ORIGIN + ";2");
    LogFacts facts = facts(result);
    assertThat(facts.receivedMicros()).isEqualTo(RECEIVED);
    assertThat(facts.client()).isEqualTo("c-1");
    assertThat(facts.request()).isEqualTo("request-1");
    assertThat(facts.index()).isEqualTo(4);
    assertThat(facts.schemaVersion()).isEqualTo(3);
    assertThat(facts.supplied()).startsWith("i").endsWith("r");
    assertThat(Objects.requireNonNull(result.message()).key()).isEqualTo("d1".getBytes(UTF_8));
  }

  @Test
  void aCloudEventKeepsItsAttributes() {
    Map<String, String> attributes =
        Map.of(
            "specversion", "1.0",
            "id", "id-1",
            "source", "urn:s",
            "type", "t.y",
            "subject", "sub",
            "more", "than that",
            "time", "2026-01-02T03:04:05Z");

    Map<String, String> headers = headers(logged("{\"device\":\"d1\"}", attributes, false));

    assertThat(headers)
        .containsEntry("ce_id", "id-1")
        .containsEntry("ce_source", "urn:s")
        .containsEntry("ce_type", "t.y")
        .containsEntry("ce_subject", "sub")
        .containsEntry("ce_more", "than that")
        .containsEntry("ce_time", "2026-01-02T03:04:05Z");
  }

  @Test
  void todaysSchemaIsTheOneThatCounts() {
    Refusal refusal = logged("{\"device\":\"d1\",\"t\":101}", null, false).refusal();

    assertThat(Objects.requireNonNull(refusal).code()).isEqualTo(ErrorCode.SCHEMA_VIOLATION);
  }

  @Test
  void aRefusedRecordIsPreparedAsItsClientSentIt() {
    RedrivePreparation.Result own = refused("{\"device\":\"d1\",\"event\":\"mine\"}", null, SENDER);
    RedrivePreparation.Result none = refused("{\"device\":\"d1\"}", null, SENDER);
    RedrivePreparation.Result envelope =
        refused(
            "{\"specversion\":\"1.0\",\"id\":\"ce\",\"source\":\"s\",\"type\":\"t\","
                + "\"data\":{\"device\":\"d1\"}}",
            "ce",
            SENDER);

    assertThat(none.id()).isEqualTo(refused("{\"device\":\"d1\"}", null, SENDER).id());
    assertThat(facts(none).supplied()).startsWith("i").endsWith("r");
    assertThat(own.id()).isEqualTo("mine");
    assertThat(envelope.id()).isEqualTo("ce");
    assertThat(headers(envelope)).containsEntry("ce_source", "s");
    Message message = Objects.requireNonNull(envelope.message());
    assertThat(new String(message.body(), message.start(), message.end() - message.start(), UTF_8))
        .isEqualTo("{\"device\":\"d1\"}");
  }

  @Test
  void aBoundClientIsStillBound() {
    Refusal refusal = refused("{\"device\":\"d1\"}", null, sender(Set.of("d7"))).refusal();

    assertThat(Objects.requireNonNull(refusal).code()).isEqualTo(ErrorCode.ENTITY_MISMATCH);
  }
}

package io.leat.gateway.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.leat.event.ErrorCode;
import io.leat.gateway.format.IncomingRecord.Bytes;
import io.leat.gateway.format.RecordSource.UnreadableException;
import io.leat.schema.JsonLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whatever the body: records or a refusal, and each record's bytes are its data. */
class RecordSourceFuzzTest {
  private static final RecordSource SOURCE = new RecordSource(new JsonLimits(8, 50), 10);
  private static final ObjectMapper PLAIN =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new JsonNodeFactory(true))
          .build();
  private static final Set<ErrorCode> POSSIBLE =
      Set.of(
          ErrorCode.MALFORMED_JSON,
          ErrorCode.DUPLICATE_JSON_KEY,
          ErrorCode.TOO_DEEP,
          ErrorCode.TOO_MANY_FIELDS,
          ErrorCode.MALFORMED_CLOUDEVENT,
          ErrorCode.UNSUPPORTED_MEDIA_TYPE);

  @FuzzTest(maxDuration = "15s")
  void everyBodyBecomesRecordsOrARefusal(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return;
    }
    RequestFormat[] formats = RequestFormat.values();
    RequestFormat format = formats[(bytes[0] & 0xFF) % formats.length];
    byte[] body = java.util.Arrays.copyOfRange(bytes, 1, bytes.length);
    String header = new String(body, StandardCharsets.ISO_8859_1);
    List<Map.Entry<String, String>> headers =
        List.of(
            Map.entry("ce-specversion", "1.0"),
            Map.entry("CE-ID", "1"),
            Map.entry("ce-type", "t"),
            Map.entry("ce-source", header));
    List<IncomingRecord> records = new ArrayList<>();
    try {
      SOURCE.read(format, body, headers, records::add);
    } catch (UnreadableException e) {
      assertThat(e.refusal().code())
          .isIn(ErrorCode.MALFORMED_JSON, ErrorCode.TOO_DEEP, ErrorCode.BATCH_TOO_LARGE);
      return;
    }
    assertThat(records).hasSizeLessThanOrEqualTo(10);
    for (IncomingRecord record : records) {
      check(record);
    }
  }

  private static void check(IncomingRecord record) throws IOException {
    Refusal refusal = record.refusal();
    CloudEvent attributes = record.attributes();
    if (attributes != null) {
      assertThat(attributes.attributes()).containsKeys("id", "source", "type");
      assertThat(attributes.attributes().values()).allMatch(value -> !value.isEmpty());
    }
    if (refusal != null) {
      assertThat(refusal.code()).isIn(POSSIBLE);
      assertThat(refusal.reason()).isNotEmpty();
      return;
    }
    Bytes data = record.data();
    if (!record.node().isMissingNode()) {
      assertThat(PLAIN.readTree(data.array(), data.start(), data.length()))
          .isEqualTo(record.node());
    }
  }
}

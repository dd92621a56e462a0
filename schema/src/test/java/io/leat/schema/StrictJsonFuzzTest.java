package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Whatever the bytes: an answer, and what is accepted is what plain Jackson reads there. */
class StrictJsonFuzzTest {
  private static final StrictJson JSON = new StrictJson(new JsonLimits(8, 50));
  private static final int MAX_RECORDS = 20;
  private static final ObjectMapper PLAIN =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .nodeFactory(new JsonNodeFactory(true))
          .build();

  @FuzzTest(maxDuration = "15s")
  void slicesReadTheSameAgain(byte[] bytes) throws IOException {
    // In the middle of other bytes, so that offsets that are off by a part are seen.
    byte[] body = new byte[bytes.length + 8];
    Arrays.fill(body, (byte) '9');
    System.arraycopy(bytes, 0, body, 3, bytes.length);
    int end = 3 + bytes.length;

    StrictJson.Slice one = JSON.readOne(body, 3, end, "data");
    check(body, one);
    if (one.problem() == null) {
      assertThat(PLAIN.readTree(bytes)).isEqualTo(one.node());
    }
    List<StrictJson.Slice> slices;
    try {
      slices = JSON.readArray(body, 3, end, MAX_RECORDS);
    } catch (StrictJson.MalformedJsonException e) {
      assertThat(e.problem().message()).isNotEmpty();
      return;
    }
    int last = 3;
    // Reading stops behind one too many: whether the array goes on, nobody has looked.
    int most = slices.size() > MAX_RECORDS ? end : end - 1;
    for (StrictJson.Slice slice : slices) {
      assertThat(slice.start()).isGreaterThan(last);
      assertThat(slice.end()).isBetween(slice.start() + 1, most);
      last = slice.end() - 1;
      check(body, slice);
    }
  }

  private static void check(byte[] body, StrictJson.Slice slice) throws IOException {
    JsonNode node = slice.node();
    assertThat(node == null).isEqualTo(slice.problem() != null);
    if (node == null) {
      return;
    }
    assertThat(read(body, slice.start(), slice.end())).isEqualTo(node);
    StrictJson.Span member = slice.member();
    if (member != null) {
      assertThat(read(body, member.start(), member.end())).isEqualTo(node.get("data"));
    }
  }

  private static JsonNode read(byte[] body, int start, int end) throws IOException {
    return PLAIN.readTree(body, start, end - start);
  }
}

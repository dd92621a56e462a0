package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StrictJsonTest {
  private static final StrictJson JSON = new StrictJson(new JsonLimits(3, 6));

  @Test
  void eachRecordOfAnArrayKeepsItsExactBytes() throws Exception {
    String body = " [ {\"a\": 1.50 } ,\n-12e1,\"ü\", null ,[true]\t] ";
    assertThat(texts(body)).containsExactly("{\"a\": 1.50 }", "-12e1", "\"ü\"", "null", "[true]");
  }

  /** What follows is only looked at with the next record, which is one too many to be read. */
  @Test
  void aNumberEndsWhereItEnds() throws Exception {
    for (String junk : List.of("-125", "+1", ".5", "e4", "E-4", "9", " 9")) {
      byte[] body = ("[1,-20.25e+3" + junk + "]").getBytes(StandardCharsets.UTF_8);
      List<StrictJson.Slice> slices;
      try {
        slices = JSON.readArray(body, 0, body.length, 1);
      } catch (StrictJson.MalformedJsonException e) {
        continue; // The parser saw it at once.
      }
      StrictJson.Slice last = slices.get(1);
      String digits = junk.equals("9") ? "-20.25e+39" : "-20.25e+3";
      assertThat(new String(body, last.start(), last.end() - last.start(), StandardCharsets.UTF_8))
          .as("before '%s'", junk)
          .isEqualTo(digits);
    }
  }

  @Test
  void aRecordThatBreaksABoundIsToldApartFromItsNeighbours() throws Exception {
    String body =
        "[{\"a\":1,\"a\":2},{\"b\":{\"c/d\":[[1]]}},[1,2,3,4,5,6,7],{\"~\":\"\\ud800\"},{\"ok\":1}]";
    List<StrictJson.Slice> slices = array(body);
    assertThat(slices.stream().map(StrictJson.Slice::problem))
        .containsExactly(
            new StrictJson.Problem(
                ErrorCode.DUPLICATE_JSON_KEY, "/a", "the property is named twice"),
            new StrictJson.Problem(
                ErrorCode.TOO_DEEP, "/b/c~1d/0", "more than 3 levels of nesting"),
            new StrictJson.Problem(ErrorCode.TOO_MANY_FIELDS, "", "more than 6 fields"),
            new StrictJson.Problem(
                ErrorCode.MALFORMED_JSON, "/~0", "a string has an unpaired surrogate"),
            null);
  }

  @Test
  void anArrayThatIsNotJsonIsRefusedAsAWhole() {
    assertThatThrownBy(() -> array("[{\"a\":1},{\"b\":secret}]"))
        .isInstanceOf(StrictJson.MalformedJsonException.class)
        .hasMessage("a word that is neither null, true nor false at byte 14");
  }

  @Test
  void messagesSayWhereAndRepeatNothing() {
    assertThat(message("")).isEqualTo("there is no value");
    assertThat(message("{} {}")).isEqualTo("there is more after the end of the value");
    assertThat(message("[1"))
        .isEqualTo("Unexpected end-of-input: expected close marker for Array at byte 2");
    assertThat(message("\uFEFF{}"))
        .isEqualTo("a byte order mark is not allowed (RFC 8259, section 8.1)");
    assertThat(message("1e99999999999")).isEqualTo("a number is beyond 10 to the power of 10000");
    assertThat(message("1e100000")).isEqualTo("a number is beyond 10 to the power of 10000");
    assertThat(message("1".repeat(2_000))).isEqualTo("a number or a name is too long to be read");
  }

  @Test
  void whatIsTooDeepForTheParserIsCalledTooDeep() {
    byte[] body = ("[".repeat(2_000) + "]".repeat(2_000)).getBytes(StandardCharsets.UTF_8);
    assertThat(JSON.readOne(body, 0, body.length).problem())
        .isEqualTo(
            new StrictJson.Problem(ErrorCode.TOO_DEEP, "", "more than 1000 levels of nesting"));
  }

  @Test
  void aMemberIsFoundWithItsBytesAndHasLimitsOfItsOwn() {
    byte[] body =
        "{\"id\":\"x\", \"data\" : {\"data\":[{\"b\":7}],\"c\":1, \"d\":2} ,\"n\":0}"
            .getBytes(StandardCharsets.UTF_8);
    StrictJson.Slice slice = JSON.readOne(body, 0, body.length, "data");
    assertThat(slice.problem()).isNull();
    assertThat(text(body, slice.member())).isEqualTo("{\"data\":[{\"b\":7}],\"c\":1, \"d\":2}");
  }

  @Test
  void aMemberMayBeANumberAtTheVeryEnd() {
    byte[] body = "{\"data\":12}34".getBytes(StandardCharsets.UTF_8);
    assertThat(text(body, JSON.readOne(body, 0, 11, "data").member())).isEqualTo("12");
    byte[] number = "12345".getBytes(StandardCharsets.UTF_8);
    StrictJson.Slice slice = JSON.readOne(number, 1, 3);
    assertThat(List.of(slice.start(), slice.end())).containsExactly(1, 3);
  }

  @Test
  void readingStopsWithOneRecordMoreThanTheBound() throws Exception {
    byte[] body = "[1,2,3,4,5]".getBytes(StandardCharsets.UTF_8);
    assertThat(JSON.readArray(body, 0, body.length, 2)).hasSize(3);
  }

  @Test
  void utf8IsCheckedByTheTableOfTheRfc() {
    assertThat(firstInvalid("aü€😀\u07FF\uFFFF".getBytes(StandardCharsets.UTF_8))).isEqualTo(-1);
    for (int[] bad :
        new int[][] {
          {0x80},
          {0xC1, 0x81},
          {0xC3},
          {0xC3, 0x28},
          {0xE0, 0x9F, 0x80},
          {0xE2, 0x82},
          {0xE2, 0x82, 0x20},
          {0xED, 0xA0, 0x80},
          {0xF0, 0x8F, 0x80, 0x80},
          {0xF4, 0x90, 0x80, 0x80},
          {0xF5, 0x80, 0x80, 0x80},
          {0xFF}
        }) {
      byte[] bytes = new byte[bad.length + 1];
      bytes[0] = 'x';
      for (int i = 0; i < bad.length; i++) {
        bytes[i + 1] = (byte) bad[i];
      }
      assertThat(firstInvalid(bytes)).isEqualTo(1);
    }
  }

  private static int firstInvalid(byte[] bytes) {
    return Utf8.firstInvalid(bytes, 0, bytes.length);
  }

  private static String message(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    StrictJson.Problem problem = JSON.readOne(body, 0, body.length).problem();
    return problem == null ? "accepted" : problem.message();
  }

  private static List<StrictJson.Slice> array(String text)
      throws StrictJson.MalformedJsonException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    return JSON.readArray(body, 0, body.length, 100);
  }

  private static List<String> texts(String text) throws StrictJson.MalformedJsonException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    List<String> texts = new ArrayList<>();
    for (StrictJson.Slice slice : array(text)) {
      texts.add(text(body, new StrictJson.Span(slice.start(), slice.end())));
    }
    return texts;
  }

  private static String text(byte[] body, StrictJson.@Nullable Span span) {
    return span == null
        ? "none"
        : new String(body, span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
  }
}

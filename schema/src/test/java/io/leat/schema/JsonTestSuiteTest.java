package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.event.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The public corpus of nst/JSONTestSuite, against the reader of outside JSON. */
class JsonTestSuiteTest {
  private static final StrictJson JSON = new StrictJson(JsonLimits.DEFAULT);

  /** What RFC 8259 leaves open, and what Leat does with it. */
  private static final String PINNED =
      """
      i_number_double_huge_neg_exp = accepted
      i_number_huge_exp = malformed-json /0: a number is beyond 10 to the power of 10000
      i_number_neg_int_huge_exp = accepted
      i_number_pos_double_huge_exp = accepted
      i_number_real_neg_overflow = malformed-json /0: a number is beyond 10 to the power of 10000
      i_number_real_pos_overflow = malformed-json /0: a number is beyond 10 to the power of 10000
      i_number_real_underflow = malformed-json /0: a number is beyond 10 to the power of 10000
      i_number_too_big_neg_int = accepted
      i_number_too_big_pos_int = accepted
      i_number_very_big_negative_int = accepted
      i_object_key_lone_2nd_surrogate = malformed-json : Unexpected low surrogate in field name: 0xdfaa at byte 8
      i_string_1st_surrogate_but_2nd_missing = malformed-json /0: a string has an unpaired surrogate
      i_string_1st_valid_surrogate_2nd_invalid = malformed-json /0: a string has an unpaired surrogate
      i_string_UTF-16LE_with_BOM = malformed-json : the bytes are not valid UTF-8 at byte 0
      i_string_UTF-8_invalid_sequence = malformed-json : the bytes are not valid UTF-8 at byte 7
      i_string_UTF8_surrogate_U+D800 = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_incomplete_surrogate_and_escape_valid = malformed-json /0: a string has an unpaired surrogate
      i_string_incomplete_surrogate_pair = malformed-json /0: a string has an unpaired surrogate
      i_string_incomplete_surrogates_escape_valid = malformed-json /0: a string has an unpaired surrogate
      i_string_invalid_lonely_surrogate = malformed-json /0: a string has an unpaired surrogate
      i_string_invalid_surrogate = malformed-json /0: a string has an unpaired surrogate
      i_string_invalid_utf-8 = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_inverted_surrogates_U+1D11E = malformed-json /0: a string has an unpaired surrogate
      i_string_iso_latin_1 = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_lone_second_surrogate = malformed-json /0: a string has an unpaired surrogate
      i_string_lone_utf8_continuation_byte = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_not_in_unicode_range = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_overlong_sequence_2_bytes = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_overlong_sequence_6_bytes = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_overlong_sequence_6_bytes_null = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_truncated-utf-8 = malformed-json : the bytes are not valid UTF-8 at byte 2
      i_string_utf16BE_no_BOM = malformed-json : the bytes are not valid UTF-8 at byte 5
      i_string_utf16LE_no_BOM = malformed-json : the bytes are not valid UTF-8 at byte 4
      i_structure_500_nested_arrays = too-deep /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: more than 32 levels of nesting
      i_structure_UTF-8_BOM_empty_object = malformed-json : a byte order mark is not allowed (RFC 8259, section 8.1)
      """;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Case(String name, byte[] bytes) {}

  @TestFactory
  Stream<DynamicTest> everyCaseThatMustBeAcceptedIsAccepted() throws IOException {
    return cases('y').stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(), () -> assertThat(accepted(c) ? null : problem(c)).isNull()));
  }

  @TestFactory
  Stream<DynamicTest> everyCaseThatMustBeRefusedIsRefused() throws IOException {
    return cases('n').stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      StrictJson.Problem problem = problem(c);
                      assertThat(problem).isNotNull();
                      assertThat(problem.code()).isIn(ErrorCode.MALFORMED_JSON, ErrorCode.TOO_DEEP);
                    }));
  }

  @Test
  void whatIsLeftOpenIsPinned() throws IOException {
    Map<String, String> actual = new TreeMap<>();
    for (Case c : cases('i')) {
      StrictJson.Problem problem = problem(c);
      actual.put(
          c.name(),
          problem == null
              ? "accepted"
              : problem.code().code() + " " + problem.pointer() + ": " + problem.message());
    }
    assertThat(actual).containsExactlyInAnyOrderEntriesOf(open());
  }

  @Test
  void theCorpusIsWhole() throws IOException {
    assertThat(List.of(cases('y').size(), cases('n').size(), cases('i').size()))
        .isEqualTo(List.of(95, 188, 35));
  }

  /** Two cases of the corpus name a key twice, which RFC 8259 permits and Leat refuses. */
  private static boolean accepted(Case c) {
    StrictJson.Problem problem = problem(c);
    return problem == null
        || (c.name().startsWith("y_object_duplicated_key")
            && problem.code() == ErrorCode.DUPLICATE_JSON_KEY);
  }

  private static StrictJson.@Nullable Problem problem(Case c) {
    return JSON.readOne(c.bytes(), 0, c.bytes().length).problem();
  }

  private static List<Case> cases(char verdict) throws IOException {
    try (InputStream in = JsonTestSuiteTest.class.getResourceAsStream("/json-test-suite.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.charAt(0) == verdict)
          .map(line -> line.split("\t", -1))
          .map(parts -> new Case(parts[0], bytes(parts[1])))
          .toList();
    }
  }

  private static byte[] bytes(String parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part : parts.split(" ", -1)) {
      int star = part.indexOf('*');
      int times = star < 0 ? 1 : Integer.parseInt(part.substring(0, star));
      byte[] piece = Base64.getDecoder().decode(part.substring(star + 1));
      for (int i = 0; i < times; i++) {
        bytes.writeBytes(piece);
      }
    }
    return bytes.toByteArray();
  }

  private static Map<String, String> open() {
    Map<String, String> open = new TreeMap<>();
    for (String line : PINNED.lines().toList()) {
      String[] parts = line.split(" = ", 2);
      open.put(parts[0], parts[1]);
    }
    return open;
  }
}

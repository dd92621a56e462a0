package io.leat.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"q:devices.telemetry:1/2/345", "r:devices.rejected:2/0/0"})
  void aNameIsReadAsItIsWritten(String text) {
    assertThat(KeptId.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "devices.telemetry:1/2/345",
        "q:devices.rejected:1/2/345",
        "r:devices.telemetry:1/2/345",
        "q:devices.telemetry:1/2/-3",
        "q:devices.telemetry:1/2/99999999999999999999",
        "q:../etc:1/2/3"
      })
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> KeptId.parse(text))
        .isInstanceOf(LeatException.class)
        .hasMessageStartingWith("'" + text + "' is no record's id; it is like q:")
        .extracting(e -> ((LeatException) e).code())
        .isEqualTo(ErrorCode.BAD_REQUEST);
  }

  @Test
  void aRequestNamesRecordsOrWhatTheyHaveInCommon() {
    RedriveRequest named = request("{\"ids\":[\"q:d.t:1/0/1\",\"q:d.t:1/0/1\"],\"dry_run\":true}");
    assertThat(named.ids()).containsExactly(KeptId.parse("q:d.t:1/0/1"));
    assertThat(named.isDry()).isTrue();
    RedriveRequest common = request("{\"stream\":\"d.t\",\"from\":\"2026-01-01T00:00:00+01:00\"}");
    assertThat(common.filter().from()).isEqualTo(Instant.parse("2025-12-31T23:00:00Z"));
    assertThat(common.limit()).isEqualTo(Redriving.MOST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{}",
        "{\"ids\":[]}",
        "{\"ids\":[\"x\"]}",
        "{\"ids\":[\"q:d.t:1/0/1\"],\"code\":\"c\"}",
        "{\"stream\":\"d.t\",\"limit\":10001}",
        "{\"stream\":\"d.t\",\"limit\":\"1\"}",
        "{\"stream\":\"d.t\",\"dry_run\":1}",
        "{\"stream\":\"\"}",
        "{\"straem\":\"d.t\"}",
        "{\"stream\":\"d.t\",\"stream\":\"d.t\"}",
        "{\"stream\":\"d.t\",\"from\":\"soon\"}"
      })
  void aRequestThatIsNotClearIsRefused(String body) {
    assertThatThrownBy(() -> request(body))
        .isInstanceOf(LeatException.class)
        .extracting(e -> ((LeatException) e).code().httpStatus())
        .isEqualTo(400);
  }

  private static RedriveRequest request(String body) {
    return RedriveRequest.read(body.getBytes(StandardCharsets.UTF_8));
  }
}

package io.leat.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

  @Test
  void everyDateTimeIsReadAsTheJdkReadsIt() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      Instant instant =
          Instant.ofEpochSecond(
              random.nextLong(-62_000_000_000L, 250_000_000_000L), random.nextInt(1_000_000_000));
      OffsetDateTime at =
          instant
              .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(-1_079, 1_079) * 60))
              .truncatedTo(ChronoUnit.NANOS);
      if (at.getYear() < 0 || at.getYear() > 9_999) {
        continue;
      }
      String text = java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(at);
      assertThat(Timestamps.parseMicros(text)).as(text).isEqualTo(Timestamps.toMicros(instant));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-11-21",
        "2026-11-21T09:30Z",
        "2026-11-21T09:30:00",
        "2026-11-21T09:30:00.Z",
        "2026-13-21T09:30:00Z",
        "2026-02-30T09:30:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T09:60:00Z",
        "2026-11-21T09:30:00+0100",
        "2026-11-21T09:30:00+24:00",
        "2026-11-21T09:30:00Zx",
        "2026/11/21T09:30:00Z",
        "٢٠٢٦-11-21T09:30:00Z"
      })
  void whatIsNotRfc3339IsInvalid(String text) {
    assertThat(Timestamps.parseMicros(text)).isEqualTo(Timestamps.INVALID);
  }

  @Test
  void aLeapSecondIsReadAsTheSecondBefore() {
    assertThat(Timestamps.ofMicros(Timestamps.parseMicros("2016-12-31T23:59:60Z")))
        .isEqualTo(Instant.parse("2016-12-31T23:59:59Z"));
  }

  @Test
  void microsecondsGoThereAndBackBeforeAndAfterTheEpoch() {
    assertThat(Timestamps.ofMicros(-1)).isEqualTo(Instant.parse("1969-12-31T23:59:59.999999Z"));
    assertThat(Timestamps.toMicros(Timestamps.ofMicros(-1))).isEqualTo(-1);
  }
}

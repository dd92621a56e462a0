package io.leat.app.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private static final LogTail.Logged FULL =
      new LogTail.Logged(
          7,
          1_700_000_000_123L,
          "kiosk-ä".getBytes(UTF_8),
          new byte[] {0, -1, 127},
          List.of(
              new RecordHeader("ce_id", "a".getBytes(UTF_8)),
              new RecordHeader("none", (byte[]) null),
              new RecordHeader("ce_id", new byte[0])));
  private static final LogTail.Logged BARE = new LogTail.Logged(9, -1, null, null, List.of());

  @Test
  void everyByteOfARecordComesBack() throws IOException {
    List<LogTail.Logged> read = new ArrayList<>();

    long count = LogTail.read(new ByteArrayInputStream(file(FULL, BARE)), read::add);

    assertThat(count).isEqualTo(2);
    assertThat(read).usingRecursiveComparison().isEqualTo(List.of(FULL, BARE));
  }

  @Test
  void anEmptyFileHasNoRecords() throws IOException {
    assertThat(LogTail.read(new ByteArrayInputStream(file()), one -> {})).isZero();
  }

  @Test
  void aFileCutOffAnywhereIsNotRead() throws IOException {
    byte[] file = file(FULL, BARE);
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> LogTail.read(new ByteArrayInputStream(cut), one -> {}))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFlippedBitAnywhereIsFound() throws IOException {
    byte[] file = file(FULL, BARE);
    for (int at = 0; at < file.length; at++) {
      byte[] damaged = file.clone();
      damaged[at] ^= 4;
      assertThatThrownBy(() -> LogTail.read(new ByteArrayInputStream(damaged), one -> {}))
          .as("byte %d", at)
          .isInstanceOf(IOException.class);
    }
  }

  private static byte[] file(LogTail.Logged... records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LogTail.Writer writer = new LogTail.Writer(out)) {
      for (LogTail.Logged one : records) {
        writer.add(one);
      }
    }
    return out.toByteArray();
  }
}

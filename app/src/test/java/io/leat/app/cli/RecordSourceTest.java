package io.leat.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.app.client.BatchFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordSourceTest {
  @Test
  void linesAreTakenAsTheyAreBrokenOnesToo() throws IOException {
    assertThat(records("{\"a\":1}\r\n\n{\"a\": \"x\ny\n"))
        .containsExactly("{\"a\":1}\r", "{\"a\": \"x", "y");
  }

  @Test
  void theElementsOfAnArrayKeepTheirBytes() throws IOException {
    assertThat(records(" [ {\"a\": \"],\\\"\"} ,\n{\"b\":[1,{\"c\":2}]},3]"))
        .containsExactly("{\"a\": \"],\\\"\"}", "{\"b\":[1,{\"c\":2}]}", "3");
  }

  @Test
  void anObjectOverSeveralLinesIsOneRecord() throws IOException {
    assertThat(records("{\n \"a\": 1\n}\n")).containsExactly("{\n \"a\": 1\n}");
    assertThat(format("{\n \"a\": 1\n}\n")).isEqualTo(BatchFormat.ARRAY);
    assertThat(format("{\"a\": 1}\n")).isEqualTo(BatchFormat.NDJSON);
  }

  @Test
  void anEmptyInputHasNoRecords() throws IOException {
    assertThat(records("\n \n")).isEmpty();
    assertThat(records("[]")).isEmpty();
  }

  private static List<String> records(String text) throws IOException {
    List<String> records = new ArrayList<>();
    try (RecordSource source = source(text)) {
      for (byte[] r = source.next(); r != null; r = source.next()) {
        records.add(new String(r, StandardCharsets.UTF_8));
      }
    }
    return records;
  }

  private static BatchFormat format(String text) throws IOException {
    try (RecordSource source = source(text)) {
      return source.format();
    }
  }

  private static RecordSource source(String text) throws IOException {
    return new RecordSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}

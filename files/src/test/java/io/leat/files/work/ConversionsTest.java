package io.leat.files.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.parquet.JsonOptions;
import io.leat.rules.file.ConvertSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a blueprint declares is what the engine is told. */
class ConversionsTest {
  @ParameterizedTest
  @CsvSource({
    "WRITE, STRING, REPLACE, AUTO, NUMBER, STRING",
    "OMIT, TO_NULL, BASE64, NUMBER, STRING_WHEN_LARGE, NULL",
    "OMIT, REJECT, REJECT, STRING, STRING, REJECT"
  })
  void valuesAreWrittenAsDeclared(
      ConvertSpec.Nulls nulls,
      ConvertSpec.NonFinite nonFinite,
      ConvertSpec.InvalidText invalidText,
      ConvertSpec.Decimals decimals,
      ConvertSpec.Integers integers,
      String engines) {
    JsonOptions options =
        Conversions.json(
            new ConvertSpec(
                List.of("b", "a"),
                Map.of("a", "c"),
                "",
                nulls,
                nonFinite,
                invalidText,
                decimals,
                integers,
                ConvertSpec.Layout.NDJSON,
                ConvertSpec.Compression.NONE,
                0,
                0));

    assertThat(options.columns()).containsExactly("b", "a");
    assertThat(options.renames()).isEqualTo(Map.of("a", "c"));
    assertThat(options.nulls().name()).isEqualTo(nulls.name());
    assertThat(options.nonFinite().name()).isEqualTo(engines);
    assertThat(options.invalidText().name()).isEqualTo(invalidText.name());
    assertThat(options.decimals().name()).isEqualTo(decimals.name());
    assertThat(options.integers().name()).isEqualTo(integers.name());
  }
}

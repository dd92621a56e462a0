package io.leat.rules.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTemplateTest {
  @Test
  void placesAreFilled() {
    SummaryTemplate template =
        SummaryTemplate.parse(
            "{key} is at {values.temperature_c} °C ({labels.cost-center}): {key}");

    assertThat(template.names())
        .containsExactly("key", "values.temperature_c", "labels.cost-center");
    assertThat(
            template.fill(
                Map.of("key", "kiosk-1", "values.temperature_c", 86.5, "labels.cost-center", "ops")
                    ::get))
        .isEqualTo("kiosk-1 is at 86.5 °C (ops): kiosk-1");
  }

  @Test
  void whatAnAlertDoesNotHaveIsShown() {
    assertThat(SummaryTemplate.parse("{key} at {values.site}").fill(Map.of("key", "k")::get))
        .isEqualTo("k at ?");
  }

  @Test
  void aFilledValueIsNotReadAgain() {
    assertThat(SummaryTemplate.parse("{key}").fill(Map.of("key", "{detector} $1")::get))
        .isEqualTo("{detector} $1");
  }

  @Test
  void textWithoutPlacesStays() {
    assertThat(SummaryTemplate.parse("it is hot").fill(name -> null)).isEqualTo("it is hot");
    assertThat(SummaryTemplate.parse("it is hot").names()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "{key => column 1: a brace that holds no name",
        "a {} b => column 3: a brace that holds no name",
        "{a b} => column 1: a brace that holds no name",
        "key} => column 4: a brace that holds no name",
        "{{key}} => column 1: a brace that holds no name",
      })
  void aBraceWithoutANameIsRefused(String template, String message) {
    assertThatThrownBy(() -> SummaryTemplate.parse(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}

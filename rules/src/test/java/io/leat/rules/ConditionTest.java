package io.leat.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.rules.Condition.Outcome;
import io.leat.schema.Column;
import io.leat.schema.ColumnType;
import io.leat.schema.ColumnType.Primitive;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
  private static final List<Column> COLUMNS =
      List.of(
          column("temperature_c", Primitive.DOUBLE),
          column("count", Primitive.LONG),
          column("state", Primitive.STRING),
          column("open", Primitive.BOOLEAN),
          column("ts", Primitive.TIMESTAMP),
          column("day", Primitive.DATE),
          column("any", Primitive.JSON),
          column("tags", new ColumnType.ListOf(Primitive.STRING)),
          column("network", new ColumnType.Struct(List.of(column("rssi_dbm", Primitive.LONG)))));

  private final Map<String, Object> row =
      new HashMap<>(
          Map.of(
              "temperature_c",
              21.5,
              "count",
              3L,
              "state",
              "ok",
              "open",
              false,
              "ts",
              Instant.parse("2026-11-21T10:00:00Z"),
              "day",
              "2026-11-21",
              "any",
              "{}",
              "tags",
              List.of("north", "new"),
              "network",
              Map.of("rssi_dbm", -70L)));

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "temperature_c > -60 && temperature_c < 150 => TRUE",
        "temperature_c > 30 => FALSE",
        "temperature_c * 2.0 + 1.0 == 44.0 => TRUE",
        "count % 2 == 1 => TRUE",
        "count / 0 == 1 => UNKNOWN",
        "count / 0 == 1 || open == false => TRUE",
        "count / 0 == 1 && open => FALSE",
        "state in ['ok', 'idle'] => TRUE",
        "state.matches('^o.$') => TRUE",
        "size(tags) == 2 => TRUE",
        "tags.exists(t, t == 'new') => TRUE",
        "'old' in tags => FALSE",
        "network.rssi_dbm < 0 => TRUE",
        "network.missing < 0 => UNKNOWN",
        "has(network.missing) => FALSE",
        "ts > timestamp('2026-01-01T00:00:00Z') => TRUE",
        "ts - timestamp('2026-11-21T09:00:00Z') == duration('1h') => TRUE",
        "day >= '2026-01-01' => TRUE",
        "any == '{}' => TRUE",
        "open ? count > 5 : count < 5 => TRUE",
      })
  void aConditionIsJudged(String expression, Outcome expected) throws InvalidConditionException {
    assertThat(judge(expression)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "temperature_c > 0",
        "temperature_c > 0 || open == false",
        "temperature_c > 0 || true",
        "[temperature_c].exists(t, t > 0.0)",
      })
  void aConditionThatNamesAColumnWithoutAValueIsUnknown(String expression)
      throws InvalidConditionException {
    row.remove("temperature_c");

    assertThat(judge(expression)).isEqualTo(Outcome.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      value = {
        "temprature_c > 0 => column 1: undeclared reference to 'temprature_c'",
        "state > 5 => column 7: found no matching overload for '>' applied to '(string, int)'",
        "temperature_c > => column 16: something is missing",
        "count => column 1: expected type 'bool' but found 'int'",
        "state.matches('(') => column 15: error parsing regexp: missing closing ): `(`",
      })
  void aWrongConditionIsRefusedWithItsPlace(String expression, String error) {
    assertThatThrownBy(() -> Condition.compile(expression, COLUMNS))
        .isInstanceOf(InvalidConditionException.class)
        .hasMessage(error);
  }

  @Test
  void everyErrorIsTold() {
    assertThatThrownBy(() -> Condition.compile("a > 1 && b > 2", COLUMNS))
        .isInstanceOfSatisfying(
            InvalidConditionException.class,
            e ->
                assertThat(e.errors())
                    .containsExactly(
                        "column 1: undeclared reference to 'a'",
                        "column 10: undeclared reference to 'b'"));
  }

  @Test
  void theColumnsThatAreReadAreNamed() throws InvalidConditionException {
    assertThat(Condition.compile("count > 1 && state == 'ok'", COLUMNS).columnNames())
        .containsExactly("count", "state");
  }

  @Test
  void aRuleIsKeptWhereItCannotBeJudged() throws InvalidConditionException {
    QualityRule rule =
        new QualityRule(
            "warm", Condition.compile("temperature_c > 30", COLUMNS), QualityRule.Otherwise.FLAG);

    assertThat(rule.isBrokenBy(values())).isTrue();
    row.remove("temperature_c");
    assertThat(rule.isBrokenBy(values())).isFalse();
  }

  private Outcome judge(String expression) throws InvalidConditionException {
    return Condition.compile(expression, COLUMNS).evaluate(values());
  }

  private Condition.Row values() {
    return column -> row.get(COLUMNS.get(column).name());
  }

  private static Column column(String name, ColumnType type) {
    return new Column(name, type, false, null, null, null);
  }
}

package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {

  @Test
  void everyShapeHasItsColumnType() throws Exception {
    StreamSchema schema =
        StreamSchema.parse(
            """
            {"type": "object", "required": ["id"], "properties": {
              "id": {"type": "string", "description": "who", "x-pii": "name", "x-unit": "1"},
              "n": {"type": ["integer", "null"]},
              "x": {"type": "number"},
              "ok": {"type": "boolean"},
              "at": {"type": "string", "format": "date-time"},
              "day": {"type": "string", "format": "date"},
              "kind": {"enum": ["a", "b"]},
              "mixed": {"enum": ["a", 1]},
              "any": {},
              "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
              "place": {"$ref": "#/$defs/place"},
              "odd": {"type": "object", "properties": {"b c": {"type": "string"}}},
              "tags": {"type": "array", "items": {"type": "string"}},
              "tuple": {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}}
             },
             "$defs": {"place": {"type": "object", "properties": {"lat": {"type": "number"}}}}}
            """);

    assertThat(schema.columns().get(0))
        .isEqualTo(new Column("id", ColumnType.Primitive.STRING, true, "who", "name", "1"));
    assertThat(schema.columns().stream().map(c -> c.name() + " " + c.type()))
        .containsExactly(
            "id STRING",
            "n LONG",
            "x DOUBLE",
            "ok BOOLEAN",
            "at TIMESTAMP",
            "day DATE",
            "kind STRING",
            "mixed JSON",
            "any JSON",
            "either JSON",
            "place "
                + new ColumnType.Struct(
                    List.of(
                        new Column("lat", ColumnType.Primitive.DOUBLE, false, null, null, null))),
            "odd JSON",
            "tags " + new ColumnType.ListOf(ColumnType.Primitive.STRING),
            "tuple JSON");
  }

  @Test
  void namesThatSqlCannotTellApartAndNamesOfLeatAreRefused() {
    assertThatThrownBy(
            () ->
                StreamSchema.parse(
                    """
                    {"type": "object", "properties": {
                      "a": {"type": "string"}, "A": {"type": "string"}, "_own": {"type": "string"},
                      "r": {"$ref": "https://example.com/x.json"}}}
                    """))
        .isInstanceOf(InvalidSchemaException.class)
        .hasMessageContaining("/properties/A: differs only in case from another property");
  }

  @Test
  void theSameSchemaHasTheSameFingerprintWhateverTheOrderOfItsKeys() throws Exception {
    StreamSchema one =
        StreamSchema.parse("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}");
    StreamSchema other =
        StreamSchema.parse("{\"properties\":{\"a\":{\"type\":\"string\"}},\"type\":\"object\"}");

    assertThat(other.fingerprint()).isEqualTo(one.fingerprint()).hasSize(64);
  }
}

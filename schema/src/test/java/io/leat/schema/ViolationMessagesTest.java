package io.leat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ViolationMessagesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @MethodSource("violations")
  void everyViolationIsASentence(String keywords, String value, String expected) throws Exception {
    String schema = "{\"type\":\"object\",\"properties\":{\"a\":{" + keywords + "}}}";
    EventValidator validator = StreamSchema.parse(schema.replace('\'', '"')).validator();
    assertThat(validator.validate(JSON.readTree("{\"a\":" + value.replace('\'', '"') + "}")))
        .extracting(Violation::toString)
        .contains(expected);
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        of("'type':'number'", "'warm'", "/a: must be of type number, not string"),
        of("'type':['number','null']", "'warm'", "/a: must be of type number or null, not string"),
        of("'enum':['on','off']", "'auto'", "/a: must be one of [\"on\", \"off\"]"),
        of("'enum':['on',1,null]", "'auto'", "/a: must be one of [\"on\", 1, null]"),
        of("'const':'k'", "'j'", "/a: must be \"k\""),
        of("'const':{'k':1}", "'j'", "/a: must be {\"k\":1}"),
        of("'pattern':'^[a-c]+$'", "'zz'", "/a: must match the regular expression ^[a-c]+$"),
        of("'minLength':1000", "''", "/a: must have 1000 or more characters"),
        of(
            "'maxLength':1000",
            "'" + "x".repeat(1001) + "'",
            "/a: must have 1000 or fewer characters"),
        of("'minimum':1000", "7", "/a: must be at least 1000"),
        of("'maximum':1000.5", "2000", "/a: must be at most 1000.5"),
        of("'exclusiveMinimum':1000", "7", "/a: must be greater than 1000"),
        of("'exclusiveMaximum':100000", "1000000", "/a: must be less than 100000"),
        of("'multipleOf':1000", "7", "/a: must be a multiple of 1000"),
        of("'minItems':2", "[1]", "/a: must have 2 or more items, but has 1"),
        of("'maxItems':1", "[1,2]", "/a: must have 1 or fewer items, but has 2"),
        of("'uniqueItems':true", "[1,1]", "/a: must not have the same item twice"),
        of("'items':{'type':'string'}", "[1]", "/a/0: must be of type string, not integer"),
        of(
            "'prefixItems':[{'type':'string'}],'items':false",
            "['b',1]",
            "/a: item 1 is not in the schema, which allows no others"),
        of(
            "'contains':{'type':'string'}",
            "[1]",
            "/a: must have 1 or more items that match the schema under 'contains'"),
        of(
            "'contains':{'type':'string'},'minContains':2",
            "['b']",
            "/a: must have 2 or more items that match the schema under 'contains'"),
        of(
            "'contains':{'type':'string'},'maxContains':1",
            "['b','c']",
            "/a: must have 1 or fewer items that match the schema under 'contains'"),
        of("'required':['b']", "{}", "/a: required property 'b' is missing"),
        of(
            "'additionalProperties':false",
            "{'b':1}",
            "/a: property 'b' is not in the schema, which allows no others"),
        of(
            "'additionalProperties':{'type':'string'}",
            "{'b':1}",
            "/a/b: must be of type string, not integer"),
        of(
            "'unevaluatedProperties':false",
            "{'b':1}",
            "/a: property 'b' is not in the schema, which allows no others"),
        of("'properties':{'b':false}", "{'b':1}", "/a/b: is not allowed by the schema"),
        of("'minProperties':2", "{'b':1}", "/a: must have 2 or more properties"),
        of("'maxProperties':1", "{'b':1,'c':1}", "/a: must have 1 or fewer properties"),
        of(
            "'propertyNames':{'maxLength':2}",
            "{'bcd':1}",
            "/a: the name of property 'bcd' is not allowed: must have 2 or fewer characters"),
        of(
            "'dependentRequired':{'b':['c']}",
            "{'b':1}",
            "/a: required property 'c' is missing; it is required because 'b' is present"),
        of(
            "'dependentSchemas':{'b':{'required':['c']}}",
            "{'b':1}",
            "/a: required property 'c' is missing"),
        of(
            "'patternProperties':{'^b':{'type':'string'}}",
            "{'b':1}",
            "/a/b: must be of type string, not integer"),
        of(
            "'anyOf':[{'type':'string'},{'type':'null'}]",
            "1",
            "/a: must be of type string, not integer"),
        of(
            "'oneOf':[{'type':'string'},{'type':'null'}]",
            "1",
            "/a: must match exactly one of the schemas under 'oneOf', but matches 0 of them"),
        of(
            "'oneOf':[{'type':'number'},{'minimum':0}]",
            "1",
            "/a: must match exactly one of the schemas under 'oneOf', but matches 2 of them (at 0, 1)"),
        of("'allOf':[{'type':'string'}]", "1", "/a: must be of type string, not integer"),
        of("'not':{'type':'number'}", "1", "/a: must not match the schema under 'not'"),
        of("'if':{'type':'number'},'then':{'minimum':2}", "1", "/a: must be at least 2"),
        of(
            "'format':'date-time'",
            "'b'",
            "/a: must be an RFC 3339 date-time, such as 2026-01-31T12:00:00Z"),
        of("'format':'date'", "'b'", "/a: must be an RFC 3339 date, such as 2026-01-31"),
        of(
            "'format':'time'",
            "'b'",
            "/a: must be an RFC 3339 time with its offset, such as 12:00:00Z"),
        of("'format':'duration'", "'b'", "/a: must be an ISO 8601 duration, such as PT15M"),
        of("'format':'email'", "'b'", "/a: must be an email address, such as name@example.org"),
        of(
            "'format':'idn-email'",
            "'b'",
            "/a: must be an internationalized email address (RFC 6531)"),
        of(
            "'format':'hostname'",
            "'-b'",
            "/a: must be a host name (RFC 1123), such as kiosk-7.example.org"),
        of("'format':'ipv4'", "'b'", "/a: must be an IPv4 address, such as 192.0.2.1"),
        of("'format':'ipv6'", "'b'", "/a: must be an IPv6 address, such as 2001:db8::1"),
        of(
            "'format':'uri'",
            "'b'",
            "/a: must be a URI (RFC 3986) with its scheme, such as https://example.org/a"),
        of(
            "'format':'uri-reference'",
            "'b b'",
            "/a: must be a URI or a relative reference (RFC 3986)"),
        of(
            "'format':'uri-template'",
            "'{b'",
            "/a: must be a URI template (RFC 6570), such as /devices/{id}"),
        of("'format':'iri'", "'b'", "/a: must be an IRI (RFC 3987) with its scheme"),
        of(
            "'format':'uuid'",
            "'b'",
            "/a: must be a UUID (RFC 4122), such as 7f6c2b1e-0d0a-4b6e-9a53-2f1c8f0e4d10"),
        of("'format':'regex'", "'('", "/a: must be a regular expression (ECMA-262)"),
        of("'format':'json-pointer'", "'b'", "/a: must be a JSON Pointer (RFC 6901), such as /a/0"),
        of(
            "'format':'relative-json-pointer'",
            "'b'",
            "/a: must be a relative JSON Pointer, such as 1/a"));
  }

  private static Arguments of(String keywords, String value, String expected) {
    return Arguments.of(keywords, value, expected);
  }
}

package io.leat.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.i18n.ResourceBundleMessageSource;
import com.networknt.schema.keyword.AnnotationKeyword;
import com.networknt.schema.path.PathType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Validates records against one JSON Schema 2020-12, reporting every violation. Thread-safe. */
public final class EventValidator {
  private static final String META_SCHEMA = "https://json-schema.org/draft/2020-12/schema";

  /**
   * Keywords that the specification does not know, as x-unit and x-pii, say something to people.
   */
  private static final Dialect DIALECT =
      Dialect.builder(META_SCHEMA, Dialects.getDraft202012())
          .unknownKeywordFactory((name, context) -> new AnnotationKeyword(name))
          .build();

  private static final SchemaRegistryConfig CONFIG =
      SchemaRegistryConfig.builder()
          .formatAssertionsEnabled(true)
          .pathType(PathType.JSON_POINTER)
          .locale(Locale.ROOT)
          .messageSource(
              new ResourceBundleMessageSource("io.leat.schema.violations", "jsv-messages"))
          .preloadSchema(true)
          .build();

  private final Schema schema;

  /** Null for schemas with keywords that it does not know. */
  private final @Nullable QuickCheck quick;

  private EventValidator(Schema schema, @Nullable QuickCheck quick) {
    this.schema = schema;
    this.quick = quick;
  }

  static EventValidator compile(JsonNode document) throws InvalidSchemaException {
    if (!document.isObject()) {
      throw new InvalidSchemaException(
          List.of(new Violation("", "type", "a stream's schema is a JSON object")));
    }
    // Only the meta-schema that ships with the library is ever loaded: no file, no network.
    SchemaRegistry registry =
        SchemaRegistry.withDialect(DIALECT, b -> b.schemaRegistryConfig(CONFIG));
    List<Violation> violations =
        violations(
            registry
                .getSchema(com.networknt.schema.SchemaLocation.of(META_SCHEMA))
                .validate(document));
    if (!violations.isEmpty()) {
      throw new InvalidSchemaException(violations);
    }
    try {
      return new EventValidator(registry.getSchema(document), QuickCheck.compile(document));
    } catch (SchemaException e) {
      throw new InvalidSchemaException(
          List.of(new Violation("", "$ref", "cannot be resolved: " + e.getMessage())));
    }
  }

  /** Every way in which {@code record} breaks the schema; empty when it is valid. */
  public List<Violation> validate(JsonNode record) {
    return quick != null && quick.surelyValid(record) ? List.of() : thorough(record);
  }

  /** The library's judgement, which says what is wrong. */
  List<Violation> thorough(JsonNode record) {
    List<Error> errors = schema.validate(record);
    return errors.isEmpty() ? List.of() : violations(errors);
  }

  /** Whether most valid records need no thorough look. */
  boolean quick() {
    return quick != null;
  }

  private static List<Violation> violations(List<Error> errors) {
    List<Violation> violations = new ArrayList<>(errors.size());
    for (Error error : errors) {
      String pointer = error.getInstanceLocation().toString();
      violations.add(new Violation(pointer, error.getKeyword(), message(error)));
    }
    return List.copyOf(violations);
  }

  /** In the words of violations.properties, but for what a message format cannot say well. */
  private static String message(Error error) {
    return switch (error.getKeyword()) {
      case "const" -> "must be " + error.getSchemaNode();
      case "multipleOf" -> "must be a multiple of " + error.getSchemaNode();
      case "type" ->
          "must be of type " + types(error.getSchemaNode()) + ", not " + error.getArguments()[0];
      default -> error.getMessage();
    };
  }

  private static String types(JsonNode type) {
    List<String> names = new ArrayList<>();
    (type.isArray() ? type : List.of(type)).forEach(name -> names.add(name.asText()));
    return String.join(" or ", names);
  }
}

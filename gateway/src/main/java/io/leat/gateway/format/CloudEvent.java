package io.leat.gateway.format;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The context attributes of a CloudEvent 1.0, checked: {@code specversion} is 1.0, {@code id},
 * {@code source} and {@code type} are there, names and values are what the specification allows.
 */
public final class CloudEvent {
  private final Map<String, String> attributes;

  private CloudEvent(Map<String, String> attributes) {
    this.attributes = attributes;
  }

  /** Attributes that are no CloudEvent. The message says why; it holds no payload. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  static CloudEvent of(Map<String, String> attributes) throws InvalidException {
    if (attributes.size() > CloudEventAttributes.MAX_ATTRIBUTES) {
      throw new InvalidException(
          "there are more than " + CloudEventAttributes.MAX_ATTRIBUTES + " attributes");
    }
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      CloudEventAttributes.check(attribute.getKey(), attribute.getValue());
    }
    String version = attributes.get("specversion");
    if (version == null) {
      throw new InvalidException("the attribute 'specversion' is missing");
    }
    if (!version.equals("1.0")) {
      throw new InvalidException("the attribute 'specversion' must be 1.0");
    }
    for (String required : new String[] {"id", "source", "type"}) {
      if (!attributes.containsKey(required)) {
        throw new InvalidException("the attribute '" + required + "' is missing");
      }
    }
    return new CloudEvent(Collections.unmodifiableMap(new TreeMap<>(attributes)));
  }

  /** Identifies the event within its source. */
  public String id() {
    return required("id");
  }

  /** Where it happened, a URI reference. */
  public String source() {
    return required("source");
  }

  /** What happened. */
  public String type() {
    return required("type");
  }

  /** An attribute's value in its canonical text, or null. */
  public @Nullable String attribute(String name) {
    return attributes.get(name);
  }

  /** All attributes by name, sorted. */
  public Map<String, String> attributes() {
    return attributes;
  }

  private String required(String name) {
    String value = attributes.get(name);
    if (value == null) {
      throw new IllegalStateException(name);
    }
    return value;
  }
}

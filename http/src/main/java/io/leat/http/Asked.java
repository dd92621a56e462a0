package io.leat.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what requests ask for, and says precisely what is wrong with it. What is wrong is a {@link
 * LeatException}: BAD_REQUEST or MALFORMED_JSON, and FORBIDDEN for what the client does not reach.
 */
public final class Asked {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int LISTED = 100;
  private static final int MOST_LISTED = 1_000;
  private static final int MOST_TEXT = 10_000;

  private Asked() {}

  /** Refuses parameters that there are not. */
  public static void requireKnown(RoutingContext ctx, Set<String> names) {
    for (String name : ctx.request().params().names()) {
      if (!names.contains(name) && !ctx.pathParams().containsKey(name)) {
        throw bad("There is no parameter '" + name + "'; there are " + new TreeSet<>(names));
      }
    }
  }

  /** The value of a parameter; null when it is missing or empty. */
  public static @Nullable String param(RoutingContext ctx, String name) {
    String value = ctx.request().getParam(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /** How many the request wants to have listed: {@code limit}, from 1 to {@value #MOST_LISTED}. */
  public static int limit(RoutingContext ctx) {
    String text = ctx.request().getParam("limit", String.valueOf(LISTED));
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_LISTED) {
      throw bad("'limit' is '" + text + "', not a number from 1 to " + MOST_LISTED);
    }
    return Integer.parseInt(text);
  }

  /** A number from 0 on. */
  public static long number(String name, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw bad("'" + name + "' is '" + text + "', not a number");
    }
    return Long.parseLong(text);
  }

  /** The constant that the text names in lower case. */
  public static <E extends Enum<E>> E constant(Class<E> type, String name, String text) {
    for (E one : type.getEnumConstants()) {
      if (lower(one).equals(text)) {
        return one;
      }
    }
    Set<String> all = new LinkedHashSet<>();
    for (E one : type.getEnumConstants()) {
      all.add(lower(one));
    }
    throw bad("'" + name + "' is '" + text + "'; it is one of " + String.join(", ", all));
  }

  /** As constants are called in requests and answers. */
  public static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The body as an object that has no other members; an empty body is an empty object. */
  public static ObjectNode object(byte[] body, Set<String> members) {
    if (body.length == 0) {
      return JSON.createObjectNode();
    }
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (IOException e) {
      throw new LeatException(ErrorCode.MALFORMED_JSON, "The body is not JSON", e);
    }
    if (!(root instanceof ObjectNode object)) {
      throw bad("The body must be an object");
    }
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!members.contains(name)) {
                throw bad("There is no member '" + name + "'; there are " + new TreeSet<>(members));
              }
            });
    return object;
  }

  /** A text that may be missing; then it is empty. */
  public static String text(JsonNode object, String name) {
    JsonNode value = object.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (!value.isTextual() || value.asText().length() > MOST_TEXT) {
      throw bad("'" + name + "' must be a text of at most " + MOST_TEXT + " characters");
    }
    if (value.asText().indexOf('\0') >= 0) {
      throw bad("'" + name + "' has a NUL character");
    }
    return value.asText();
  }

  /** A time, or a day, which counts from its beginning in UTC. */
  public static @Nullable Instant time(RoutingContext ctx, String name) {
    String text = param(ctx, name);
    if (text == null) {
      return null;
    }
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw bad("'" + name + "' is '" + text + "', not a time such as 2026-03-01T10:00:00Z");
    }
  }

  /** A time that may be missing. */
  public static @Nullable Instant time(JsonNode object, String name) {
    String text = text(object, name);
    if (text.isEmpty()) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw bad("'" + name + "' is '" + text + "', not a time such as 2026-03-01T10:00:00Z");
    }
  }

  /** Of these blueprints those that the client reads; null when there is no restriction. */
  public static @Nullable Set<String> readable(Principal principal, Collection<String> blueprints) {
    if (principal.mayRead("*")) {
      return null;
    }
    Set<String> readable = new LinkedHashSet<>();
    for (String blueprint : blueprints) {
      if (principal.mayRead(blueprint + ".*")) {
        readable.add(blueprint);
      }
    }
    return readable;
  }

  /**
   * The client reads the whole blueprint: what is made of all its streams only those see who read
   * all of them.
   */
  public static void requireRead(Principal principal, String blueprint) {
    if (!principal.mayRead(blueprint + ".*")) {
      throw forbidden(principal, blueprint + ".*");
    }
  }

  /** The client operates the whole blueprint. */
  public static void requireOperate(Principal principal, String blueprint) {
    if (!principal.allows(Role.OPERATE) || !principal.streams().matches(blueprint + ".*")) {
      throw forbidden(principal, blueprint + ".*");
    }
  }

  /** The client may send to the source. */
  public static void requireSend(Principal principal, String source) {
    if (!principal.maySend(source)) {
      throw forbidden(principal, source);
    }
  }

  private static LeatException forbidden(Principal principal, String what) {
    return new LeatException(
        ErrorCode.FORBIDDEN, "The client '" + principal.name() + "' does not reach '" + what + "'");
  }

  /** What is thrown when the request is wrong. */
  public static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}

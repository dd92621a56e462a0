package io.leat.action.routes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what requests ask for, and says precisely what is wrong with it. */
final class Asked {
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int LISTED = 100;
  private static final int MOST_LISTED = 1_000;
  private static final int MOST_TEXT = 10_000;

  private Asked() {}

  /** Refuses parameters that there are not. */
  static void requireKnown(RoutingContext ctx, Set<String> names) {
    for (String name : ctx.request().params().names()) {
      if (!names.contains(name) && !ctx.pathParams().containsKey(name)) {
        throw bad("There is no parameter '" + name + "'; there are " + new TreeSet<>(names));
      }
    }
  }

  static @Nullable String param(RoutingContext ctx, String name) {
    String value = ctx.request().getParam(name);
    return value == null || value.isEmpty() ? null : value;
  }

  static int limit(RoutingContext ctx) {
    String text = ctx.request().getParam("limit", String.valueOf(LISTED));
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_LISTED) {
      throw bad("'limit' is '" + text + "', not a number from 1 to " + MOST_LISTED);
    }
    return Integer.parseInt(text);
  }

  /** A number that PostgreSQL gave. */
  static long number(String name, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw bad("'" + name + "' is '" + text + "', not a number");
    }
    return Long.parseLong(text);
  }

  static <E extends Enum<E>> E constant(Class<E> type, String name, String text) {
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

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The body as an object that has no other members; an empty body is an empty object. */
  static ObjectNode object(byte[] body, Set<String> members) {
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
  static String text(JsonNode object, String name) {
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

  static @Nullable Instant time(JsonNode object, String name) {
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
  static @Nullable Set<String> readable(Principal principal, Collection<String> blueprints) {
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

  /** An incident is made of all streams of its blueprint: only who reads all of them sees it. */
  static void requireRead(Principal principal, String blueprint) {
    if (!principal.mayRead(blueprint + ".*")) {
      throw forbidden(principal, blueprint);
    }
  }

  static void requireOperate(Principal principal, String blueprint) {
    if (!principal.allows(Role.OPERATE) || !principal.streams().matches(blueprint + ".*")) {
      throw forbidden(principal, blueprint);
    }
  }

  private static LeatException forbidden(Principal principal, String blueprint) {
    return new LeatException(
        ErrorCode.FORBIDDEN,
        "The client '" + principal.name() + "' does not reach all streams of '" + blueprint + "'");
  }

  static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}

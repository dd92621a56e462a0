package io.leat.files.routes;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.http.Principal;
import io.leat.http.Role;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what requests ask for, and says precisely what is wrong with it. */
final class Asked {
  private static final int LISTED = 100;
  private static final int MOST_LISTED = 1_000;

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

  /** A time, or a day, which counts from its beginning in UTC. */
  static @Nullable Instant time(RoutingContext ctx, String name) {
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

  static void requireRead(Principal principal, String blueprint) {
    if (!principal.mayRead(blueprint + ".*")) {
      throw forbidden(principal, blueprint + ".*");
    }
  }

  static void requireOperate(Principal principal, String blueprint) {
    if (!principal.allows(Role.OPERATE) || !principal.streams().matches(blueprint + ".*")) {
      throw forbidden(principal, blueprint + ".*");
    }
  }

  static void requireSend(Principal principal, String source) {
    if (!principal.maySend(source)) {
      throw forbidden(principal, source);
    }
  }

  private static LeatException forbidden(Principal principal, String what) {
    return new LeatException(
        ErrorCode.FORBIDDEN, "The client '" + principal.name() + "' does not reach '" + what + "'");
  }

  static LeatException bad(String what) {
    return new LeatException(ErrorCode.BAD_REQUEST, what);
  }
}

package io.leat.http;

import io.vertx.ext.web.Route;
import java.util.regex.Pattern;

/** A path with parameters, as the router ({@code /a/:b}) or OpenAPI ({@code /a/{b}}) writes it. */
record PathTemplate(String text) {
  private static final Pattern ROUTER = Pattern.compile(":[A-Za-z0-9_]+");
  private static final Pattern BRACES = Pattern.compile("\\{[^}]*}");

  static PathTemplate of(Route route) {
    return new PathTemplate(ROUTER.matcher(route.getPath()).replaceAll("{}"));
  }

  static PathTemplate ofOpenApi(String path) {
    return new PathTemplate(BRACES.matcher(path).replaceAll("{}"));
  }

  boolean matches(String path) {
    StringBuilder regex = new StringBuilder();
    for (String part : text.split("((?<=\\{})|(?=\\{}))", -1)) {
      regex.append(part.equals("{}") ? "[^/]+" : Pattern.quote(part));
    }
    return Pattern.matches(regex.toString(), path);
  }
}

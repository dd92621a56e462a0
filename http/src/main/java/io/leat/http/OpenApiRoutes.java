package io.leat.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Compares the OpenAPI document with the routes that are mounted. */
public final class OpenApiRoutes {
  private static final Set<String> OPERATIONS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private OpenApiRoutes() {}

  /** What is in one and not in the other, such as {@code GET /v1/x is not documented}; sorted. */
  public static List<String> check(Router router, JsonObject document) {
    Set<String> mounted = new TreeSet<>();
    for (Route route : router.getRoutes()) {
      if (route.getPath() == null || route.methods() == null) {
        continue; // serves every path: not a route of its own
      }
      for (HttpMethod method : route.methods()) {
        mounted.add(method.name() + " " + PathTemplate.of(route).text());
      }
    }
    Set<String> documented = new TreeSet<>();
    JsonObject paths = document.getJsonObject("paths", new JsonObject());
    for (String path : paths.fieldNames()) {
      for (String operation : paths.getJsonObject(path).fieldNames()) {
        if (OPERATIONS.contains(operation)) {
          documented.add(
              operation.toUpperCase(Locale.ROOT) + " " + PathTemplate.ofOpenApi(path).text());
        }
      }
    }
    List<String> differences = new ArrayList<>();
    mounted.stream()
        .filter(route -> !documented.contains(route))
        .forEach(route -> differences.add(route + " is not documented"));
    documented.stream()
        .filter(route -> !mounted.contains(route))
        .forEach(route -> differences.add(route + " is documented but not mounted"));
    return List.copyOf(differences);
  }
}

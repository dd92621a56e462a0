package io.leat.http;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The OpenAPI 3.1 document, put together from the modules' fragments. */
public final class OpenApiDocument {
  private static final String BASE = "openapi/http.json";

  private OpenApiDocument() {}

  /**
   * Merges the fragments of all routes into this module's own.
   *
   * @throws IllegalStateException when a fragment is missing or two name the same path or component
   */
  public static JsonObject of(List<Routes> routes) {
    JsonObject document = read(OpenApiDocument.class, BASE);
    for (Routes module : routes) {
      if (module.openApi().isPresent()) {
        String name = module.openApi().get();
        JsonObject fragment = read(module.getClass(), name);
        merge(document, fragment, "paths", name);
        JsonObject components = fragment.getJsonObject("components", new JsonObject());
        for (String kind : components.fieldNames()) {
          merge(document.getJsonObject("components"), components, kind, name);
        }
      }
    }
    return document;
  }

  private static void merge(JsonObject into, JsonObject from, String member, String resource) {
    if (!into.containsKey(member)) {
      into.put(member, new JsonObject());
    }
    JsonObject target = into.getJsonObject(member);
    JsonObject source = from.getJsonObject(member, new JsonObject());
    for (String name : source.fieldNames()) {
      if (target.containsKey(name)) {
        throw new IllegalStateException(
            resource + " defines '" + name + "' in " + member + ", which another fragment has");
      }
      target.put(name, source.getValue(name));
    }
  }

  private static JsonObject read(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream("/" + resource)) {
      if (in == null) {
        throw new IllegalStateException("There is no resource " + resource);
      }
      return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read the resource " + resource, e);
    }
  }
}

package io.leat.gateway.format;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Media types as {@code Content-Type} and {@code datacontenttype} write them. */
final class MediaTypes {
  private MediaTypes() {}

  /** Type and subtype without parameters, in lower case; empty when there is none. */
  static String essence(@Nullable String contentType) {
    if (contentType == null) {
      return "";
    }
    int semicolon = contentType.indexOf(';');
    String essence = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return essence.strip().toLowerCase(Locale.ROOT);
  }

  /** Whether it means JSON: {@code application/json}, {@code text/json}, {@code .../...+json}. */
  static boolean isJson(String essence) {
    return essence.equals("application/json")
        || essence.equals("text/json")
        || (essence.endsWith("+json") && essence.indexOf('/') > 0);
  }

  /** Whether the parameters name no charset, or UTF-8 (of which US-ASCII is a part). */
  static boolean isUtf8(@Nullable String contentType) {
    if (contentType == null) {
      return true;
    }
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("charset=")) {
        String charset = parameter.substring("charset=".length()).replace("\"", "").strip();
        return charset.equals("utf-8") || charset.equals("utf8") || charset.equals("us-ascii");
      }
    }
    return true;
  }
}

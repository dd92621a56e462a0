package io.leat.app.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The path and query of a request, put together piece by piece, each encoded. */
final class RequestPath {
  private final StringBuilder path;
  private boolean hasQuery;

  /**
   * @param base as it is: {@code /v1/incidents}
   */
  RequestPath(String base) {
    this.path = new StringBuilder(base);
  }

  /** One more segment. */
  RequestPath segment(String text) {
    path.append('/').append(encoded(text));
    return this;
  }

  /** One more parameter; none when there is no value. */
  RequestPath with(String name, @Nullable String value) {
    if (value != null) {
      path.append(hasQuery ? '&' : '?').append(name).append('=').append(encoded(value));
      hasQuery = true;
    }
    return this;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return path.toString();
  }
}

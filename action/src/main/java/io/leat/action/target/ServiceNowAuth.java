package io.leat.action.target;

import io.leat.action.outbound.UnusableSettingException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** How requests to ServiceNow begin. */
final class ServiceNowAuth {
  private static final String BEARER = "Bearer ";

  private ServiceNowAuth() {}

  /** The instance's address without a slash at its end. */
  static String root(URI url) {
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new UnusableSettingException(
          "'url' is the instance alone: https://example.service-now.com");
    }
    return url.toString().replaceAll("/+$", "");
  }

  /**
   * Headers of each request.
   *
   * @param auth {@code user:password}, or {@code Bearer} and a token
   */
  static Map<String, String> headers(String auth) {
    String authorization;
    if (auth.startsWith(BEARER)) {
      authorization = auth;
    } else if (auth.indexOf(':') > 0) {
      authorization =
          "Basic " + Base64.getEncoder().encodeToString(auth.getBytes(StandardCharsets.UTF_8));
    } else {
      throw new UnusableSettingException(
          "'auth' is neither user:password nor 'Bearer ' and a token: put one of them into the"
              + " secret");
    }
    return Map.of(
        "Authorization",
        authorization,
        "Accept",
        "application/json",
        "Content-Type",
        "application/json");
  }
}

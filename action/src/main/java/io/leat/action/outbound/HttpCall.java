package io.leat.action.outbound;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * A request.
 *
 * @param method {@code GET} and so on
 * @param uri absolute; from {@link #destination}
 * @param headers by name
 * @param body empty for none
 * @param timeout of all of it: look-up, connecting, the answer to its last byte
 * @param allowPrivate whether it may go to this machine and its networks, and without TLS
 */
public record HttpCall(
    String method,
    URI uri,
    Map<String, String> headers,
    byte[] body,
    Duration timeout,
    boolean allowPrivate) {

  public HttpCall {
    headers = Map.copyOf(headers);
  }

  /** Without path, headers and body: they may hold secrets. */
  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getHost();
  }

  /**
   * Reads the URL of a target.
   *
   * @throws UnusableSettingException if nothing may be sent there
   */
  public static URI destination(String url, boolean allowPrivate) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new UnusableSettingException("the URL is not one: " + e.getReason());
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw new UnusableSettingException("the URL is not one of the form https://host/path");
    }
    if (scheme.equals("http") && !allowPrivate) {
      throw new UnusableSettingException(
          "the URL begins with http:, so that anybody on the way could read it: write https:, or"
              + " 'allow-private: true' at the target if it is inside");
    }
    if (uri.getRawUserInfo() != null) {
      throw new UnusableSettingException(
          "the URL holds a user or a password: give them as an option of their own");
    }
    return uri;
  }
}

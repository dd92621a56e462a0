package io.leat.action.outbound;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How a request ended. */
public sealed interface HttpAnswer {

  /**
   * The other side answered, whatever it says. Redirects are answers: they are not followed.
   *
   * @param status such as 200
   * @param headers the first of each name, in lower case
   * @param body at most {@link SafeHttp#MOST_BODY} bytes; more is {@link NoAnswer}
   */
  record Response(int status, Map<String, String> headers, byte[] body) implements HttpAnswer {
    public Response {
      headers = Map.copyOf(headers);
    }

    public Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Without headers and body. */
    @Override
    public String toString() {
      return "Response[" + status + "]";
    }
  }

  /**
   * Nothing was sent: no such host, no connection, a certificate that is not trusted.
   *
   * @param reason for people; without secrets
   * @param forbidden whether it was not allowed, rather than not possible
   */
  record NotSent(String reason, boolean forbidden) implements HttpAnswer {}

  /**
   * The request was sent, wholly or in part, and no whole answer came.
   *
   * @param reason for people; without secrets
   */
  record NoAnswer(String reason) implements HttpAnswer {}
}

package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Examines a request's signature, version 4 of Amazon's, for S3. */
final class TestingS3Signature {
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/((\\d{8})/([^/]+)/s3/aws4_request),"
              + " *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})");

  private final String keyId;
  private final String secret;

  TestingS3Signature(String keyId, String secret) {
    this.keyId = keyId;
    this.secret = secret;
  }

  /** S3's code for what is wrong with it; null when nothing is. */
  @Nullable String refusal(HttpExchange exchange) throws GeneralSecurityException {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher authorization = AUTHORIZATION.matcher(header == null ? "" : header);
    if (!authorization.matches()) {
      return "AccessDenied";
    }
    if (!authorization.group(1).equals(keyId)) {
      return "InvalidAccessKeyId";
    }
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : authorization.group(2).split("/", -1)) {
      key = hmac(key, part);
    }
    String toSign =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            exchange.getRequestHeaders().getFirst("x-amz-date"),
            authorization.group(2),
            hex(
                MessageDigest.getInstance("SHA-256")
                    .digest(canonical(exchange, authorization.group(5)).getBytes(UTF_8))));
    return hex(hmac(key, toSign)).equals(authorization.group(6)) ? null : "SignatureDoesNotMatch";
  }

  private static String canonical(HttpExchange exchange, String signedHeaders) {
    String query = exchange.getRequestURI().getRawQuery();
    String sorted =
        Stream.of(query == null ? new String[0] : query.split("&", -1))
            .map(pair -> pair.contains("=") ? pair : pair + "=")
            .sorted()
            .collect(Collectors.joining("&"));
    StringBuilder headers = new StringBuilder();
    for (String name : signedHeaders.split(";", -1)) {
      List<String> values = exchange.getRequestHeaders().getOrDefault(name, List.of());
      headers.append(name).append(':').append(String.join(",", values).strip()).append('\n');
    }
    return String.join(
        "\n",
        exchange.getRequestMethod(),
        exchange.getRequestURI().getRawPath(),
        sorted,
        headers,
        signedHeaders,
        exchange.getRequestHeaders().getFirst("x-amz-content-sha256"));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}

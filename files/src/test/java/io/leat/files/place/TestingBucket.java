package io.leat.files.place;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One bucket behind as much of S3's protocol as files need, in memory; signatures are not looked
 * at. All objects have the same ETag.
 */
public final class TestingBucket implements AutoCloseable {
  /** Its name. */
  public static final String NAME = "files";

  private static final Pattern PREFIX = Pattern.compile("(?:^|&)prefix=([^&]*)");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SortedMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<Integer, byte[]> pieces = new ConcurrentSkipListMap<>();
  private volatile int refused;
  private volatile String denied = "";
  private volatile Duration removing = Duration.ZERO;
  private volatile boolean isOld;
  private volatile String lost = "/";

  public TestingBucket() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/" + NAME, this::answer);
    server.start();
  }

  /** How it is reached. */
  public S3Settings settings() {
    return new S3Settings(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        "us-east-1",
        true,
        new S3Settings.Keys("leat", "secret", null));
  }

  /** What is in it, by key. */
  public SortedMap<String, byte[]> objects() {
    return objects;
  }

  /** The method of each request so far, and how many bytes it brought. */
  public List<String> requests() {
    return requests;
  }

  /** Refuses the piece of this number, from 1, from now on. */
  void refuse(int piece) {
    refused = piece;
  }

  /** Lets nobody see the object with this key. */
  public void denies(String key) {
    denied = key;
  }

  /** Takes so long to remove an object. */
  public void removesWithin(Duration time) {
    removing = time;
  }

  /** Writes objects whose keys end so, and says that it failed. */
  public void losesAnswers(String end) {
    lost = end;
  }

  /** Does not know that removing may have a condition. */
  void removesBlindly() {
    isOld = true;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = body(exchange, exchange.getRequestBody().readAllBytes());
      requests.add(exchange.getRequestMethod() + " " + body.length);
      String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), UTF_8);
      String key = path.length() > NAME.length() + 2 ? path.substring(NAME.length() + 2) : "";
      String query = String.valueOf(exchange.getRequestURI().getRawQuery());
      exchange.getResponseHeaders().set("ETag", "\"same\"");
      exchange.getResponseHeaders().set("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT");
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, key, query, body);
        case "POST" -> post(exchange, key, query);
        case "DELETE" -> {
          LockSupport.parkNanos(removing.toNanos());
          String wanted = exchange.getRequestHeaders().getFirst("If-Match");
          if (wanted != null && isOld) {
            send(exchange, 501, "<Error><Code>NotImplemented</Code></Error>");
          } else if (wanted != null && !wanted.equals("\"same\"")) {
            send(exchange, 412, "<Error><Code>PreconditionFailed</Code></Error>");
          } else {
            objects.remove(key);
            exchange.sendResponseHeaders(204, -1);
          }
        }
        default -> get(exchange, key, query);
      }
    }
  }

  private void put(HttpExchange exchange, String key, String query, byte[] body)
      throws IOException {
    boolean mustBeNew = "*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
    if (query.contains("partNumber=")) {
      int piece = Integer.parseInt(query.replaceAll(".*partNumber=([0-9]+).*", "$1"));
      if (piece == refused) {
        send(exchange, 403, "<Error><Code>AccessDenied</Code></Error>");
        return;
      }
      pieces.put(piece, body);
    } else if (mustBeNew && objects.containsKey(key)) {
      send(exchange, 412, "<Error><Code>PreconditionFailed</Code></Error>");
      return;
    } else {
      objects.put(key, body);
      if (key.endsWith(lost)) {
        send(exchange, 403, "<Error><Code>AccessDenied</Code></Error>");
        return;
      }
    }
    exchange.sendResponseHeaders(200, -1);
  }

  private void post(HttpExchange exchange, String key, String query) throws IOException {
    if (query.contains("uploads")) {
      pieces.clear();
      send(
          exchange,
          200,
          "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] piece : pieces.values()) {
      whole.write(piece);
    }
    objects.put(key, whole.toByteArray());
    send(
        exchange,
        200,
        "<CompleteMultipartUploadResult><ETag>same</ETag></CompleteMultipartUploadResult>");
  }

  private void get(HttpExchange exchange, String key, String query) throws IOException {
    byte[] object = objects.get(key);
    if (!key.isEmpty() && key.equals(denied)) {
      send(exchange, 403, "<Error><Code>AccessDenied</Code></Error>");
      return;
    }
    if (key.isEmpty()) {
      Matcher prefix = PREFIX.matcher(query);
      String begin = prefix.find() ? URLDecoder.decode(prefix.group(1), UTF_8) : "";
      List<String> all =
          objects.keySet().stream()
              .filter(one -> one.startsWith(begin))
              .map(one -> "<Contents><Key>" + one + "</Key></Contents>")
              .toList();
      send(exchange, 200, "<ListBucketResult>" + String.join("", all) + "</ListBucketResult>");
    } else if (object == null) {
      send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>");
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(object.length));
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, object.length == 0 ? -1 : object.length);
      exchange.getResponseBody().write(object);
    }
  }

  private static void send(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] body = xml.getBytes(UTF_8);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Without the chunks that the client's signature may cut it into. */
  private static byte[] body(HttpExchange exchange, byte[] sent) {
    String content = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    if (content == null || !content.startsWith("STREAMING-")) {
      return sent;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int end = at;
      while (sent[end] != '\r') {
        end++;
      }
      int length = Integer.parseInt(new String(sent, at, end - at, UTF_8).split(";", 2)[0], 16);
      if (length == 0) {
        return body.toByteArray();
      }
      body.write(sent, end + 2, length);
      at = end + 2 + length + 2;
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

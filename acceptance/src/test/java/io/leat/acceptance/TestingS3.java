package io.leat.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server of S3's protocol with one bucket, its objects in a directory. Buckets are in the path.
 * It refuses requests whose signature (version 4, in the header) is not of its key; the chunks of a
 * body it takes without looking at theirs.
 */
final class TestingS3 implements AutoCloseable {
  static final String BUCKET = "lake";
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]*)-([0-9]*)");

  private final Path root;
  private final TestingS3Signature signature;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, Map<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
  private volatile boolean takesWrites = true;
  private int port;
  private @Nullable HttpServer server;

  TestingS3(Path root, String keyId, String secret) throws IOException {
    this.root = Files.createDirectories(root);
    this.signature = new TestingS3Signature(keyId, secret);
    start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The method and key of each request so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** The keys of all objects. */
  Set<String> keys() throws IOException {
    return Set.copyOf(objects().keySet());
  }

  /** Listens again, on the port that it had. */
  void start() throws IOException {
    HttpServer begun =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    begun.setExecutor(threads);
    begun.createContext("/", this::answer);
    begun.start();
    port = begun.getAddress().getPort();
    server = begun;
  }

  /** Whether objects can be written; reading is always possible. */
  void takesWrites(boolean takes) {
    takesWrites = takes;
  }

  /** Nobody answers any longer. */
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Override
  public void close() {
    stop();
    threads.shutdownNow();
  }

  private record Request(
      HttpExchange exchange, String method, String key, Map<String, String> query, byte[] body) {
    boolean asks(String name) {
      return query.containsKey(name);
    }

    String query(String name) {
      return query.getOrDefault(name, "");
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] sent = exchange.getRequestBody().readAllBytes();
      String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), UTF_8);
      String bucket = path.substring(1).split("/", 2)[0];
      String key = path.length() > bucket.length() + 2 ? path.substring(bucket.length() + 2) : "";
      requests.add(exchange.getRequestMethod() + " " + key);
      String refusal = signature.refusal(exchange);
      if (refusal != null) {
        error(exchange, 403, refusal);
      } else if (!bucket.equals(BUCKET)) {
        error(exchange, 404, "NoSuchBucket");
      } else {
        answer(
            new Request(
                exchange, exchange.getRequestMethod(), key, query(exchange), body(exchange, sent)));
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void answer(Request request) throws IOException, GeneralSecurityException {
    if (!takesWrites && (request.method().equals("PUT") || request.method().equals("POST"))) {
      error(request.exchange(), 503, "ServiceUnavailable");
      return;
    }
    switch (request.method()) {
      case "HEAD", "GET" -> {
        if (request.key().isEmpty()) {
          list(request);
        } else {
          get(request);
        }
      }
      case "PUT" -> put(request);
      case "DELETE" -> {
        uploads.remove(request.query("uploadId"));
        if (!request.asks("uploadId")) {
          Files.deleteIfExists(file(request.key()));
        }
        request.exchange().sendResponseHeaders(204, -1);
      }
      case "POST" -> post(request);
      default -> error(request.exchange(), 405, "MethodNotAllowed");
    }
  }

  private void put(Request request) throws IOException, GeneralSecurityException {
    if (request.asks("partNumber")) {
      Map<Integer, byte[]> parts = uploads.get(request.query("uploadId"));
      if (parts == null) {
        error(request.exchange(), 404, "NoSuchUpload");
        return;
      }
      parts.put(Integer.parseInt(request.query("partNumber")), request.body());
    } else if (!store(request)) {
      error(request.exchange(), 412, "PreconditionFailed");
      return;
    }
    request.exchange().getResponseHeaders().set("ETag", etag(request.body()));
    request.exchange().sendResponseHeaders(200, -1);
  }

  /** Whether it was written: not over another when that is not wanted. */
  private synchronized boolean store(Request request) throws IOException {
    boolean mustBeNew =
        "*".equals(request.exchange().getRequestHeaders().getFirst("If-None-Match"));
    if (mustBeNew && Files.exists(file(request.key()))) {
      return false;
    }
    store(request.key(), request.body());
    return true;
  }

  private void post(Request request) throws IOException, GeneralSecurityException {
    if (request.asks("delete")) {
      StringBuilder deleted = new StringBuilder();
      Matcher keys = KEY.matcher(new String(request.body(), UTF_8));
      while (keys.find()) {
        Files.deleteIfExists(file(keys.group(1).replace("&amp;", "&")));
        deleted.append("<Deleted><Key>").append(keys.group(1)).append("</Key></Deleted>");
      }
      xml(request.exchange(), 200, "<DeleteResult>" + deleted + "</DeleteResult>");
    } else if (request.asks("uploads")) {
      String id = "upload-" + numbers.incrementAndGet();
      uploads.put(id, new TreeMap<>());
      xml(
          request.exchange(),
          200,
          "<InitiateMultipartUploadResult><UploadId>"
              + id
              + "</UploadId></InitiateMultipartUploadResult>");
    } else {
      complete(request);
    }
  }

  private void complete(Request request) throws IOException, GeneralSecurityException {
    Map<Integer, byte[]> parts = uploads.remove(request.query("uploadId"));
    if (parts == null) {
      error(request.exchange(), 404, "NoSuchUpload");
      return;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts.values()) {
      whole.write(part);
    }
    store(request.key(), whole.toByteArray());
    xml(
        request.exchange(),
        200,
        "<CompleteMultipartUploadResult><ETag>"
            + etag(whole.toByteArray())
            + "</ETag></CompleteMultipartUploadResult>");
  }

  private void get(Request request) throws IOException, GeneralSecurityException {
    HttpExchange exchange = request.exchange();
    if (!Files.isRegularFile(file(request.key()))) {
      error(exchange, 404, "NoSuchKey");
      return;
    }
    byte[] whole = Files.readAllBytes(file(request.key()));
    byte[] part = whole;
    String wanted = exchange.getRequestHeaders().getFirst("If-Match");
    if (wanted != null && !wanted.equals(etag(whole))) {
      error(exchange, 412, "PreconditionFailed");
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range != null) {
      Matcher bounds = RANGE.matcher(range);
      if (!bounds.matches()) {
        error(exchange, 416, "InvalidRange");
        return;
      }
      boolean isTail = bounds.group(1).isEmpty();
      int start =
          isTail
              ? Math.max(0, whole.length - Integer.parseInt(bounds.group(2)))
              : Integer.parseInt(bounds.group(1));
      int end =
          isTail || bounds.group(2).isEmpty()
              ? whole.length
              : Math.min(whole.length, Integer.parseInt(bounds.group(2)) + 1);
      part = Arrays.copyOfRange(whole, Math.min(start, end), end);
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + whole.length);
    }
    exchange.getResponseHeaders().set("ETag", etag(whole));
    exchange.getResponseHeaders().set("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT");
    int status = range == null ? 200 : 206;
    if (request.method().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(whole.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, part.length == 0 ? -1 : part.length);
      exchange.getResponseBody().write(part);
    }
  }

  private void list(Request request) throws IOException, GeneralSecurityException {
    StringBuilder contents = new StringBuilder();
    for (Map.Entry<String, Long> object : objects().entrySet()) {
      if (object.getKey().startsWith(request.query("prefix"))) {
        contents
            .append("<Contents><Key>")
            .append(object.getKey().replace("&", "&amp;"))
            .append("</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified><Size>")
            .append(object.getValue())
            .append("</Size><ETag>")
            .append(etag(Files.readAllBytes(file(object.getKey()))).replace("\"", "&quot;"))
            .append("</ETag></Contents>");
      }
    }
    xml(
        request.exchange(),
        200,
        "<ListBucketResult><IsTruncated>false</IsTruncated>" + contents + "</ListBucketResult>");
  }

  private Map<String, Long> objects() throws IOException {
    Map<String, Long> objects = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith(".part-")) {
          objects.put(root.relativize(file).toString(), Files.size(file));
        }
      }
    }
    return objects;
  }

  private void store(String key, byte[] body) throws IOException {
    Path part = root.resolve(".part-" + numbers.incrementAndGet());
    Files.write(part, body);
    Files.createDirectories(file(key).resolveSibling("."));
    Files.move(part, file(key), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path file(String key) {
    return root.resolve(key);
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new TreeMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(
          URLDecoder.decode(parts[0], UTF_8),
          parts.length == 1 ? "" : URLDecoder.decode(parts[1], UTF_8));
    }
    return query;
  }

  /** The body without the chunks that the client's signature may cut it into. */
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
      String size = new String(sent, at, end - at, UTF_8).split(";", 2)[0];
      int length = Integer.parseInt(size, 16);
      if (length == 0) {
        return body.toByteArray();
      }
      body.write(sent, end + 2, length);
      at = end + 2 + length + 2;
    }
  }

  private static String etag(byte[] body) throws GeneralSecurityException {
    return '"' + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body)) + '"';
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    xml(
        exchange,
        status,
        "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>");
  }

  private static void xml(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text).getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

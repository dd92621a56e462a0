package io.leat.action.target;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leat.action.target.RemoteTargetContractTest.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that takes everything, unless told otherwise, and shows what it took. */
final class TestingHttpPlace implements AutoCloseable {
  static final int RETRY_AFTER = 7;

  /** What was taken, and what was not. */
  final List<Taken> taken = new CopyOnWriteArrayList<>();

  final List<String> asked = new CopyOnWriteArrayList<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final HttpServer server;
  private final int okay;

  /** A request that was taken. */
  record Taken(String path, Headers headers, String body) {}

  TestingHttpPlace(int port, int okay) throws IOException {
    this.okay = okay;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  void next(Fault fault) {
    faults.add(fault);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.add(path);
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Taken request = new Taken(path, exchange.getRequestHeaders(), body);
    Fault fault = faults.poll();
    if (fault == null) {
      taken.add(request);
      status(exchange, okay, "{}");
      return;
    }
    switch (fault) {
      case BUSY -> {
        exchange.getResponseHeaders().set("Retry-After", String.valueOf(RETRY_AFTER));
        status(exchange, 429, body);
      }
      case BROKEN -> status(exchange, 500, body);
      // It sends back what it got: none of that may come out on the other side.
      case UNKNOWN_CALLER -> status(exchange, 401, body + exchange.getRequestHeaders().entrySet());
      case DENIED -> status(exchange, 403, body + path);
      case SILENT -> {
        taken.add(request);
        hang();
        exchange.close();
      }
      case ENDLESS -> {
        taken.add(request);
        talk(exchange, new byte[1 << 16], 1);
      }
      case DRIP -> {
        taken.add(request);
        talk(exchange, new byte[1], 20);
      }
    }
  }

  private void status(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void talk(HttpExchange exchange, byte[] part, long pauseMillis) throws IOException {
    exchange.sendResponseHeaders(okay, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      while (closed.getCount() > 0) {
        out.write(part);
        out.flush();
        Thread.sleep(pauseMillis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The other side has had enough.
      exchange.close();
    }
  }

  private void hang() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}

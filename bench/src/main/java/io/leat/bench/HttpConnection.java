package io.leat.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/** The least of HTTP/1.1 that posts bodies over a connection that stays open. For one thread. */
final class HttpConnection implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 30_000;
  private static final int LONGEST_LINE = 8_192;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final String head;

  /**
   * @param path with query
   * @param key API key
   */
  HttpConnection(String host, int port, String path, String key) throws IOException {
    this.socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_MILLIS);
    socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
    this.in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    this.out = socket.getOutputStream();
    this.head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + ":"
            + port
            + "\r\nAuthorization: Bearer "
            + key
            + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: ";
  }

  /** An answer. */
  record Answer(int status, String body) {}

  /** Posts and waits for the answer. */
  Answer post(RequestBodies.Body body) throws IOException {
    out.write((head + body.length() + "\r\n\r\n").getBytes(ISO_8859_1));
    out.write(body.bytes(), 0, body.length());
    out.flush();
    String status = line();
    int length = -1;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    if (length < 0) {
      throw new IOException("An answer without Content-Length: " + status);
    }
    byte[] answer = in.readNBytes(length);
    return new Answer(Integer.parseInt(status.split(" ", -1)[1]), new String(answer, ISO_8859_1));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > LONGEST_LINE) {
        throw new EOFException("The server closed the connection in the middle of a header");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package io.leat.action.target;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A conversation with a mail server (RFC 5321), with STARTTLS (RFC 3207) and AUTH (RFC 4954), on a
 * connection to an address that was checked, with a deadline for all of it. A thread that is
 * interrupted leaves it. For one thread.
 */
final class SmtpSession implements AutoCloseable {
  private static final int MOST_LINE = 2_048;
  private static final int MOST_LINES = 128;

  private final String host;
  private final SSLSocketFactory tls;
  private final long deadline;
  private final SocketChannel channel;
  private final CompletableFuture<Void> timer;
  private final CompletableFuture<Void> end;
  private Socket socket;
  private InputStream in;
  private OutputStream out;
  private List<String> extensions = List.of();

  /**
   * What the server said.
   *
   * @param code such as 250
   * @param lines without their codes
   */
  record Reply(int code, List<String> lines) {
    Reply {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Connects; nothing was said yet.
   *
   * @param host that the certificate must name
   * @param addresses where it is, best first
   * @param deadline by {@link System#nanoTime}
   */
  SmtpSession(
      String host, List<InetAddress> addresses, int port, SSLSocketFactory tls, long deadline)
      throws IOException {
    this.host = host;
    this.tls = tls;
    this.deadline = deadline;
    this.channel = connect(addresses, port, deadline);
    // Whatever a server does, drip or not read, ends here.
    this.timer =
        new CompletableFuture<Void>().completeOnTimeout(null, left(deadline), MILLISECONDS);
    this.end = timer.thenRun(this::cut);
    this.socket = channel.socket();
    this.in = socket.getInputStream();
    this.out = new BufferedOutputStream(socket.getOutputStream());
  }

  private static SocketChannel connect(List<InetAddress> addresses, int port, long deadline)
      throws IOException {
    IOException failure = new IOException("no address");
    for (InetAddress address : addresses) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel.socket().connect(new InetSocketAddress(address, port), left(deadline));
        return channel;
      } catch (IOException e) {
        channel.close();
        failure = e;
      }
    }
    throw failure;
  }

  private void cut() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From here on everything is encrypted, to the host that the certificate names. */
  void encrypt() throws IOException {
    SSLSocket secure = (SSLSocket) tls.createSocket(socket, host, socket.getPort(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.setSoTimeout(left(deadline));
    secure.startHandshake();
    socket = secure;
    in = secure.getInputStream();
    out = new BufferedOutputStream(secure.getOutputStream());
    extensions = List.of();
  }

  /** Whether the server offered an extension in its last answer to EHLO, with this parameter. */
  boolean offers(String extension, String parameter) {
    return extensions.stream()
        .map(line -> List.of(line.toUpperCase(Locale.ROOT).split("[ =]")))
        .anyMatch(
            words ->
                words.get(0).equals(extension)
                    && (parameter.isEmpty() || words.contains(parameter)));
  }

  Reply hello(String name) throws IOException {
    Reply reply = command("EHLO " + name);
    extensions = reply.code() == 250 ? reply.lines().subList(1, reply.lines().size()) : List.of();
    return reply;
  }

  Reply command(String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return reply();
  }

  /** The message, after the server has said 354; lines end in CR LF. */
  Reply message(String text) throws IOException {
    String stuffed = text.replaceAll("(?m)^\\.", "..");
    out.write((stuffed + "\r\n.\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return reply();
  }

  Reply reply() throws IOException {
    List<String> lines = new ArrayList<>();
    while (lines.size() < MOST_LINES) {
      String line = line();
      if (!line.matches("[2-5][0-9][0-9]([ -].*)?")) {
        throw new IOException("the server does not speak SMTP");
      }
      lines.add(line.length() > 4 ? line.substring(4) : "");
      if (line.length() == 3 || line.charAt(3) == ' ') {
        return new Reply(Integer.parseInt(line.substring(0, 3)), lines);
      }
    }
    throw new IOException("the server's answer has no end");
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < MOST_LINE) {
      socket.setSoTimeout(left(deadline));
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next == '\n') {
        return line.toString();
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    throw new IOException("the server's answer has no end");
  }

  private static int left(long deadline) throws SocketTimeoutException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return (int) Math.min(Integer.MAX_VALUE, millis);
  }

  /**
   * Takes leave, as a polite client does; what was said stays said whether this is heard or not.
   */
  void leave() {
    try {
      out.write("QUIT\r\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      cut();
    }
  }

  /** Without a word. */
  @Override
  public void close() throws IOException {
    end.cancel(false);
    timer.cancel(false);
    channel.close();
  }
}

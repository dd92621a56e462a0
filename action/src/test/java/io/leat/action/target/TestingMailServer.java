package io.leat.action.target;

import io.leat.action.target.RemoteTargetContractTest.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A mail server that takes everything from a user who logs in, unless told otherwise. */
final class TestingMailServer implements AutoCloseable {
  private final ServerSocket server;
  private final String password;
  private final @Nullable SSLContext tls;
  private final boolean implicit;
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Messages that were taken, as they came. */
  final List<String> mails = new CopyOnWriteArrayList<>();

  /** Parts of addresses that are not there. */
  final List<String> unknown = new CopyOnWriteArrayList<>();

  /** What was said before STARTTLS, and behind it. */
  final List<String> plain = new CopyOnWriteArrayList<>();

  final List<String> encrypted = new CopyOnWriteArrayList<>();

  /** How many connections there were. */
  final AtomicInteger count = new AtomicInteger();

  private final List<Socket> connections = new CopyOnWriteArrayList<>();

  TestingMailServer(int port, String password, @Nullable SSLContext tls, boolean implicit)
      throws IOException {
    this.server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    this.password = password;
    this.tls = tls;
    this.implicit = implicit;
    threads.execute(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  void next(Fault fault) {
    faults.add(fault);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.add(socket);
        count.incrementAndGet();
        threads.execute(() -> talk(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void talk(Socket accepted) {
    try (Socket socket = implicit ? encrypt(accepted) : accepted) {
      new Conversation(socket, implicit, faults.poll()).run();
    } catch (IOException e) {
      connections.remove(accepted); // The other side has had enough.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SSLSocket encrypt(Socket socket) throws IOException {
    if (tls == null) {
      throw new IllegalStateException("no certificate");
    }
    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, 0, true);
    secure.setUseClientMode(false);
    secure.startHandshake();
    return secure;
  }

  private final class Conversation {
    private Socket socket;
    private boolean secure;
    private BufferedReader in;
    private OutputStream out;
    private final @Nullable Fault fault;

    Conversation(Socket socket, boolean secure, @Nullable Fault fault) throws IOException {
      this.socket = socket;
      this.secure = secure;
      this.fault = fault;
      this.in = reader();
      this.out = socket.getOutputStream();
    }

    private BufferedReader reader() throws IOException {
      return new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private void say(String line) throws IOException {
      out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    void run() throws IOException, InterruptedException {
      say("220 mail.example ready");
      String line = in.readLine();
      while (line != null) {
        (secure ? encrypted : plain).add(line);
        String command = line.split("[ :]", 2)[0];
        switch (command) {
          case "EHLO" -> {
            say("250-mail.example");
            say(tls != null && !secure ? "250-STARTTLS" : "250-SIZE 1000000");
            say("250 AUTH PLAIN LOGIN");
          }
          case "STARTTLS" -> {
            say("220 go on");
            socket = encrypt(socket);
            secure = true;
            in = reader();
            out = socket.getOutputStream();
          }
          case "AUTH" -> logIn(line);
          case "MAIL" -> say(fault == Fault.BUSY ? "451 come again" : "250 fine");
          case "RCPT" ->
              say(
                  fault == Fault.DENIED || unknown.stream().anyMatch(line::contains)
                      ? "550 not for " + password
                      : "250 fine");
          case "DATA" -> data();
          case "QUIT" -> say("221 bye");
          default -> say("500 what?");
        }
        line = in.readLine();
      }
    }

    private void logIn(String line) throws IOException {
      String expected =
          Base64.getEncoder()
              .encodeToString(("\0leat\0" + password).getBytes(StandardCharsets.UTF_8));
      boolean right = line.equals("AUTH PLAIN " + expected) && fault != Fault.UNKNOWN_CALLER;
      say(right ? "235 welcome" : "535 not " + password);
    }

    private void data() throws IOException, InterruptedException {
      if (fault == Fault.BROKEN) {
        say("421 shutting down");
        socket.close();
        return;
      }
      say("354 go on");
      StringBuilder mail = new StringBuilder();
      String line = in.readLine();
      while (line != null && !line.equals(".")) {
        mail.append(line).append("\r\n");
        line = in.readLine();
      }
      mails.add(mail.toString());
      if (fault == Fault.SILENT) {
        closed.await();
      }
      while (fault == Fault.ENDLESS && closed.getCount() > 0) {
        say("250-and more");
      }
      while (fault == Fault.DRIP && closed.getCount() > 0) {
        out.write('2');
        out.flush();
        Thread.sleep(20);
      }
      say("250 taken");
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket connection : connections) {
      connection.close();
    }
    threads.shutdownNow();
  }
}

package io.leat.app.engine;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Ports on loopback, chosen once and kept over restarts while they are free, so that the addresses
 * which tools were given stay true. Safe for many threads.
 */
public final class RememberedPorts {
  private static final int ATTEMPTS = 50;

  private final Path file;
  private final Map<String, Integer> ports = new TreeMap<>();

  RememberedPorts(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      Properties stored = new Properties();
      try (var in = Files.newBufferedReader(file)) {
        stored.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + file, e);
      }
      for (String name : stored.stringPropertyNames()) {
        String text = stored.getProperty(name);
        if (text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) < 65_536) {
          ports.put(name, Integer.parseInt(text));
        }
      }
    }
  }

  /** The port that {@code name} had, if it is free now, else another that is. */
  public synchronized int choose(String name) {
    Integer remembered = ports.get(name);
    if (remembered != null && isFree(remembered)) {
      return remembered;
    }
    return chooseOther(name);
  }

  /** A free port that {@code name} has not had, for when the remembered one failed. */
  public synchronized int chooseOther(String name) {
    Set<Integer> taken = new HashSet<>(ports.values());
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = anyFree();
      if (!taken.contains(port)) {
        ports.put(name, port);
        store();
        return port;
      }
    }
    throw new IllegalStateException("No free port on loopback for " + name);
  }

  /** Whether nobody listens there. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(loopback(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int anyFree() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(loopback(), 0));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("No free port on loopback", e);
    }
  }

  private static InetAddress loopback() throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private void store() {
    StringWriter text = new StringWriter();
    ports.forEach((name, port) -> text.append(name + "=" + port + "\n"));
    try {
      DurableFiles.writePrivate(file, text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}

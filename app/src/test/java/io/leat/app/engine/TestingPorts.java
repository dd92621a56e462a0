package io.leat.app.engine;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What this process listens on, as Linux sees it. */
final class TestingPorts {
  private static final String LISTEN = "0A";

  private TestingPorts() {}

  static List<Integer> listeningOnLoopback() throws IOException {
    return listening().stream().filter(Socket::isLoopback).map(Socket::port).toList();
  }

  static List<Integer> listeningElsewhere() throws IOException {
    return listening().stream().filter(s -> !s.isLoopback()).map(Socket::port).toList();
  }

  /** The HTTP status of a GET; -1 when that port does not speak HTTP. */
  static int status(int port, String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(1_000);
      return connection.getResponseCode();
    } catch (IOException e) {
      return -1;
    }
  }

  private static List<Socket> listening() throws IOException {
    Set<String> mine = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          mine.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
          mine.remove(descriptor.toString()); // closed meanwhile
        }
      }
    }
    List<Socket> sockets = new ArrayList<>();
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      if (!Files.exists(Path.of(table))) {
        continue;
      }
      for (String line : Files.readAllLines(Path.of(table))) {
        List<String> fields = Pattern.compile("\\s+").splitAsStream(line.strip()).toList();
        if (fields.size() > 9
            && fields.get(3).equals(LISTEN)
            && mine.contains("socket:[" + fields.get(9) + "]")) {
          sockets.add(Socket.parse(fields.get(1)));
        }
      }
    }
    return sockets;
  }

  private record Socket(String address, int port) {
    static Socket parse(String text) {
      int colon = text.indexOf(':');
      return new Socket(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1), 16));
    }

    boolean isLoopback() {
      return address.equals("0100007F")
          || address.equals("0000000000000000FFFF00000100007F")
          || address.equals("00000000000000000000000001000000");
    }
  }
}

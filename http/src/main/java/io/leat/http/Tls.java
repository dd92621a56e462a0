package io.leat.http;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The TLS options as the files are now, and whether they have changed since. Blocks. */
final class Tls {
  static final Set<String> PROTOCOLS = Set.of("TLSv1.3");

  private final TlsSettings settings;
  private List<FileTime> seen = List.of();

  Tls(TlsSettings settings) {
    this.settings = settings;
  }

  /** Whether a file is another than at the last call. The first call says yes. */
  boolean changed() {
    List<FileTime> now = new ArrayList<>();
    for (Path file : files()) {
      try {
        now.add(Files.getLastModifiedTime(file));
      } catch (IOException e) {
        now.add(FileTime.fromMillis(0)); // being replaced; the next look will see it
      }
    }
    boolean changed = !now.equals(seen);
    seen = now;
    return changed;
  }

  /**
   * Reads the files.
   *
   * @throws LeatException INVALID_CONFIGURATION naming the file that cannot be read, or when key
   *     and certificate do not belong together
   */
  ServerSSLOptions options() {
    Buffer certificate = read(settings.certificate());
    Buffer key = read(settings.key());
    KeyPairCheck.check(settings, certificate.getBytes(), key.getBytes());
    ServerSSLOptions options = new ServerSSLOptions();
    options.setKeyCertOptions(new PemKeyCertOptions().addCertValue(certificate).addKeyValue(key));
    options.setEnabledSecureTransportProtocols(PROTOCOLS);
    options.setSslHandshakeTimeout(10).setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    options.setUseAlpn(true);
    options.setApplicationLayerProtocols(List.of("h2", "http/1.1"));
    Path trust = settings.clientTrust();
    if (trust != null) {
      options.setTrustOptions(new PemTrustOptions().addCertValue(read(trust)));
      options.setClientAuth(ClientAuth.REQUEST);
    }
    return options;
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>(List.of(settings.certificate(), settings.key()));
    Path trust = settings.clientTrust();
    if (trust != null) {
      files.add(trust);
    }
    return files;
  }

  private static Buffer read(Path file) {
    try {
      return Buffer.buffer(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION, "Cannot read the TLS file " + file, e);
    }
  }
}

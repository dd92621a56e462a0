package io.leat.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.NullUnmarked;

/** An authority and certificates by it, made with the JDK's keytool. */
@NullUnmarked
final class TestingCertificates {
  private static final char[] PASSWORD = "testing".toCharArray();

  private final Path dir;

  TestingCertificates(Path dir) throws Exception {
    this.dir = dir;
    keytool(
        "ca",
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=testing ca",
        "-ext",
        "bc:c",
        "-validity",
        "30",
        "-alias",
        "ca");
    write("ca.pem", "CERTIFICATE", keyStore("ca").getCertificate("ca").getEncoded());
  }

  /** Makes {@code <file>.cert.pem} and {@code <file>.key.pem}. */
  void make(String file, String commonName) throws Exception {
    keytool(
        file,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + commonName,
        "-validity",
        "30",
        "-alias",
        file);
    keytool(file, "-certreq", "-alias", file, "-file", dir.resolve(file + ".csr").toString());
    keytool(
        "ca",
        "-gencert",
        "-alias",
        "ca",
        "-validity",
        "30",
        "-ext",
        "san=dns:localhost",
        "-infile",
        dir.resolve(file + ".csr").toString(),
        "-outfile",
        dir.resolve(file + ".crt").toString());
    keytool(
        file,
        "-importcert",
        "-noprompt",
        "-alias",
        "ca",
        "-file",
        dir.resolve("ca.pem").toString());
    keytool(
        file,
        "-importcert",
        "-noprompt",
        "-alias",
        file,
        "-file",
        dir.resolve(file + ".crt").toString());
    KeyStore store = keyStore(file);
    write(file + ".cert.pem", "CERTIFICATE", store.getCertificate(file).getEncoded());
    write(file + ".key.pem", "PRIVATE KEY", store.getKey(file, PASSWORD).getEncoded());
  }

  X509Certificate certificate(String file) throws Exception {
    return (X509Certificate) keyStore(file).getCertificate(file);
  }

  String fingerprint(String file) throws Exception {
    byte[] der = certificate(file).getEncoded();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
  }

  KeyStore keyStore(String file) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(dir.resolve(file + ".p12"))) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  /** Trusts the authority, shows the certificate of {@code identity}; null shows none. */
  SSLContext context(String identity) throws Exception {
    return contextWith(identity == null ? null : keyStore(identity));
  }

  SSLContext contextWith(KeyStore identity) throws Exception {
    KeyManager[] keys = null;
    if (identity != null) {
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(identity, PASSWORD);
      keys = factory.getKeyManagers();
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", keyStore("ca").getCertificate("ca"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }

  private void write(String file, String kind, byte[] der) throws IOException {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    Files.writeString(
        dir.resolve(file),
        "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }

  private void keytool(String store, String... arguments) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
                Stream.concat(
                    Arrays.stream(arguments),
                    Stream.of(
                        "-J-XX:TieredStopAtLevel=1",
                        "-keystore",
                        dir.resolve(store + ".p12").toString(),
                        "-storepass",
                        new String(PASSWORD))))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
  }
}

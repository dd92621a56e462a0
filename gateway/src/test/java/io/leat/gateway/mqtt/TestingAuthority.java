package io.leat.gateway.mqtt;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** An authority and certificates by it for localhost, made with the JDK's keytool. */
final class TestingAuthority {
  private static final String PASSWORD = "testing";

  private final Path dir;

  TestingAuthority(Path dir) throws Exception {
    this.dir = dir;
    keytool("ca", "-genkeypair -keyalg EC -dname CN=ca -ext bc:c -validity 30 -alias ca");
    pem("ca.pem", "CERTIFICATE", store("ca").getCertificate("ca").getEncoded());
  }

  /** Makes {@code <name>.cert.pem} and {@code <name>.key.pem}. */
  void make(String name) throws Exception {
    Path request = dir.resolve(name + ".csr");
    Path signed = dir.resolve(name + ".crt");
    keytool(name, "-genkeypair -keyalg EC -dname CN=" + name + " -validity 30 -alias " + name);
    keytool(name, "-certreq -alias " + name + " -file " + request);
    keytool(
        "ca",
        "-gencert -alias ca -validity 30 -ext san=dns:localhost,ip:127.0.0.1 -infile "
            + request
            + " -outfile "
            + signed);
    keytool(name, "-importcert -noprompt -alias ca -file " + dir.resolve("ca.pem"));
    keytool(name, "-importcert -noprompt -alias " + name + " -file " + signed);
    KeyStore store = store(name);
    pem(name + ".cert.pem", "CERTIFICATE", store.getCertificate(name).getEncoded());
    pem(name + ".key.pem", "PRIVATE KEY", store.getKey(name, PASSWORD.toCharArray()).getEncoded());
  }

  Path file(String name) {
    return dir.resolve(name);
  }

  private KeyStore store(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(dir.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private void pem(String file, String type, byte[] bytes) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        dir.resolve(file),
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  private void keytool(String store, String arguments) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
                Stream.concat(
                    Stream.of(arguments.split(" ")),
                    Stream.of(
                        "-keystore",
                        dir.resolve(store + ".p12").toString(),
                        "-storepass",
                        PASSWORD)))
            .toList();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("keytool.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(Files.readString(dir.resolve("keytool.log")));
    }
  }
}

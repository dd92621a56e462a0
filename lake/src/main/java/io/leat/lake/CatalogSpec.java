package io.leat.lake;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that it takes to open the lake's catalog, as plain values: Flink's tasks carry it and
 * open their own.
 *
 * @param name the catalog's name; with {@link Kind#JDBC} it is part of every table's identity
 * @param kind which catalog
 * @param properties Iceberg's catalog properties, credentials among them; others pass through, such
 *     as {@code io-impl} and {@code s3.*}
 */
public record CatalogSpec(String name, Kind kind, Map<String, String> properties)
    implements Serializable {
  /** Property: how many connections a JDBC catalog may hold; 1 to 100. Default 4. */
  public static final String CLIENTS = "clients";

  /** Property: how long to try for a connection before failing, in ms. Default 15,000. */
  public static final String CONNECT_TIMEOUT_MS = "leat.connect-timeout-ms";

  /**
   * Of a warehouse in S3, unless changed by {@link #with}. The clients' factory is the one that
   * does without Amazon's other services, the HTTP client the one that Leat ships. Iceberg's own
   * retries go on for a minute, longer than a query may take: these end after some seconds, as
   * whoever asked comes again. Flink's tasks leave it to the garbage collector to close their file
   * I/O, which would be logged with the stack trace of each.
   */
  private static final Map<String, String> S3 =
      Map.of(
          "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
          "s3.client-factory-impl", "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory",
          "http-client.type", "urlconnection",
          "http-client.urlconnection.connection-timeout-ms", "5000",
          "http-client.urlconnection.socket-timeout-ms", "20000",
          "s3.retry.num-retries", "3",
          "s3.retry.min-wait-ms", "200",
          "s3.retry.max-wait-ms", "2000",
          "init-creation-stacktrace", "false");

  /** Where table pointers live. */
  public enum Kind {
    /** In two tables of a PostgreSQL database. */
    JDBC,
    /** Behind the Iceberg REST protocol. */
    REST
  }

  public CatalogSpec {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A catalog needs a name");
    }
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
  }

  /**
   * A catalog in PostgreSQL. A warehouse without a scheme, or with {@code file:}, gets {@link
   * LocalFileIO}; one with {@code s3:} or {@code s3a:} gets Iceberg's {@code S3FileIO}; for others
   * set {@code io-impl} with {@link #with}.
   *
   * @param url such as {@code jdbc:postgresql://127.0.0.1:5433/leat}
   * @param warehouse the directory or object-store prefix under which tables are created
   */
  public static CatalogSpec jdbc(
      String name, String url, String user, String password, String warehouse) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("uri", url);
    properties.put("jdbc.user", user);
    properties.put("jdbc.password", password);
    properties.put("jdbc.schema-version", "V1");
    properties.put("jdbc.connectTimeout", "5");
    properties.put("jdbc.socketTimeout", "30");
    properties.put("jdbc.tcpKeepAlive", "true");
    properties.put("jdbc.ApplicationName", "leat-lake");
    properties.put(CLIENTS, "4");
    boolean isLocal = isLocalPath(warehouse) || !hasScheme(warehouse);
    properties.put(
        "warehouse",
        hasScheme(warehouse)
            ? warehouse
            : Path.of(warehouse).toAbsolutePath().normalize().toString());
    if (isLocal) {
      properties.put("io-impl", LocalFileIO.class.getName());
    } else if (isS3(warehouse)) {
      properties.putAll(S3);
    }
    return new CatalogSpec(name, Kind.JDBC, properties);
  }

  /**
   * A catalog behind REST.
   *
   * @param uri the service, such as {@code https://catalog.example.org/v1}
   * @param warehouse as the service names it; an absolute path gets {@link LocalFileIO}, one with
   *     {@code s3:} or {@code s3a:} Iceberg's {@code S3FileIO}
   */
  public static CatalogSpec rest(String name, String uri, String warehouse) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("uri", uri);
    properties.put("warehouse", warehouse);
    if (isLocalPath(warehouse)) {
      properties.put("io-impl", LocalFileIO.class.getName());
    } else if (isS3(warehouse)) {
      properties.putAll(S3);
    }
    return new CatalogSpec(name, Kind.REST, properties);
  }

  /** The properties of file I/O in S3, before what {@code leat.yaml} says of it. */
  public static Map<String, String> s3() {
    return S3;
  }

  /** The same with one property more or changed. */
  public CatalogSpec with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(properties);
    changed.put(key, value);
    return new CatalogSpec(name, kind, changed);
  }

  /** The same with written files left to the page cache: safe from the process's death only. */
  public CatalogSpec withoutFsync() {
    return with(LocalFileIO.FSYNC, "false");
  }

  /** Whether tables are files of this machine. */
  public boolean isLocal() {
    return LocalFileIO.class.getName().equals(properties.get("io-impl"));
  }

  /** Without the values of properties that may be secret. */
  @Override
  public String toString() {
    Map<String, String> shown = new TreeMap<>(properties);
    shown.replaceAll((key, value) -> isPublic(key) ? value : "(hidden)");
    return "CatalogSpec[name=" + name + ", kind=" + kind + ", properties=" + shown + "]";
  }

  private static boolean isPublic(String key) {
    return switch (key) {
      case "uri", "warehouse", "io-impl", "jdbc.user", "jdbc.schema-version", CLIENTS -> true;
      case "client.region", "s3.endpoint", "s3.path-style-access" -> true;
      default -> key.startsWith("leat.");
    };
  }

  private static boolean isLocalPath(String warehouse) {
    return warehouse.startsWith("file:") || warehouse.startsWith("/");
  }

  private static boolean isS3(String warehouse) {
    return warehouse.matches("s3a?://.*");
  }

  private static boolean hasScheme(String warehouse) {
    return warehouse.matches("[a-z][a-z0-9+.-]*:.*");
  }
}

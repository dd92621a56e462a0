package io.leat.app.settings;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tables.
 *
 * @param warehouse where they are ({@code file:///...}, {@code s3://...}); null: in the data folder
 * @param s3 how to reach a warehouse in S3
 * @param properties passed on to Iceberg's file I/O as they are; they may hold secrets
 * @param catalog who knows the tables
 */
public record Lake(
    @Nullable URI warehouse, S3 s3, Map<String, String> properties, Catalog catalog) {
  public Lake {
    properties = Map.copyOf(properties);
  }

  /** Without the properties' values. */
  @Override
  public String toString() {
    return "Lake[warehouse="
        + warehouse
        + ", s3="
        + s3
        + ", properties="
        + new TreeSet<>(properties.keySet())
        + ", catalog="
        + catalog
        + "]";
  }

  /** Whether the tables are in S3. */
  public boolean isInS3() {
    return warehouse != null && warehouse.toString().matches("s3a?://.*");
  }

  /**
   * S3, or a server that speaks its protocol.
   *
   * @param endpoint null: Amazon's, of the region
   * @param region null: as the environment says, or any where there is an endpoint
   * @param pathStyle whether the bucket stands in the path, not in the host's name
   * @param credentials null: as the environment says
   */
  public record S3(
      @Nullable URI endpoint,
      @Nullable String region,
      boolean pathStyle,
      @Nullable S3Credentials credentials) {}

  /**
   * Who asks S3.
   *
   * @param sessionToken of temporary credentials
   */
  public record S3Credentials(
      String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
    /** Nothing of them. */
    @Override
    public String toString() {
      return "S3Credentials[]";
    }
  }

  /** Who knows the tables. */
  public sealed interface Catalog {}

  /** Tables of Leat's own PostgreSQL. */
  public record EmbeddedCatalog() implements Catalog {}

  /**
   * A database that Iceberg's JDBC catalog uses.
   *
   * @param url {@code jdbc:postgresql://...}
   */
  public record JdbcCatalog(String url, @Nullable String user, @Nullable String password)
      implements Catalog {
    /** Without the password. */
    @Override
    public String toString() {
      return "JdbcCatalog[url=" + url + ", user=" + user + "]";
    }
  }

  /**
   * A server that speaks the Iceberg REST protocol.
   *
   * @param properties passed on as they are: {@code credential}, {@code oauth2-server-uri} and
   *     others; they may hold secrets
   */
  public record RestCatalog(URI uri, Map<String, String> properties) implements Catalog {
    public RestCatalog {
      properties = Map.copyOf(properties);
    }

    /** Without the properties' values. */
    @Override
    public String toString() {
      return "RestCatalog[uri=" + uri + ", properties=" + new TreeMap<>(properties).keySet() + "]";
    }
  }
}

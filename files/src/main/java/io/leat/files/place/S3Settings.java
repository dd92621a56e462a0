package io.leat.files.place;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How S3 is reached, or a server that speaks its protocol.
 *
 * @param endpoint null: Amazon's, of the region
 * @param region null: as the environment says, or any where there is an endpoint
 * @param pathStyle whether the bucket stands in the path, not in the host's name
 * @param keys null: as the environment says
 */
public record S3Settings(
    @Nullable URI endpoint, @Nullable String region, boolean pathStyle, @Nullable Keys keys) {
  /**
   * Who asks S3.
   *
   * @param token of temporary keys
   */
  public record Keys(String id, String secret, @Nullable String token) {
    /** Nothing of them. */
    @Override
    public String toString() {
      return "Keys[]";
    }
  }
}

package io.leat.blueprint;

/**
 * One field of a processed table's partitioning, in Iceberg's transforms.
 *
 * @param transform hour, day, month, year, identity, bucket or truncate
 * @param column a declared column, or one of Leat's own such as {@code _received_at}
 * @param width the number of buckets, or the width of truncation; 0 for the other transforms
 */
public record PartitionField(Transform transform, String column, int width) {

  /** Iceberg's partition transforms. */
  public enum Transform {
    HOUR,
    DAY,
    MONTH,
    YEAR,
    IDENTITY,
    BUCKET,
    TRUNCATE
  }

  @Override
  public String toString() {
    return switch (transform) {
      case IDENTITY -> column;
      case BUCKET, TRUNCATE ->
          transform.name().toLowerCase(java.util.Locale.ROOT) + "(" + width + ", " + column + ")";
      default -> transform.name().toLowerCase(java.util.Locale.ROOT) + "(" + column + ")";
    };
  }
}

package io.leat.blueprint;

import io.leat.schema.ColumnType.Primitive;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One field of a processed table's partitioning, in Iceberg's transforms.
 *
 * @param transform hour, day, month, year, identity, bucket or truncate
 * @param column a declared column, or one of Leat's own such as {@code _received_at}
 * @param width the number of buckets, or the width of truncation; 0 for the other transforms
 */
public record PartitionField(Transform transform, String column, int width) {
  private static final Pattern PLAIN = Pattern.compile("[^(),\\s]+");
  private static final Pattern OF_COLUMN =
      Pattern.compile("(hour|day|month|year|identity)\\(\\s*([^(),\\s]+)\\s*\\)");
  private static final Pattern WITH_WIDTH =
      Pattern.compile("(bucket|truncate)\\(\\s*([1-9][0-9]{0,4})\\s*,\\s*([^(),\\s]+)\\s*\\)");

  /** Iceberg's partition transforms. */
  public enum Transform {
    HOUR,
    DAY,
    MONTH,
    YEAR,
    IDENTITY,
    BUCKET,
    TRUNCATE;

    /** Whether a column of this type can be partitioned so. */
    public boolean takes(Primitive type) {
      return switch (this) {
        case HOUR -> type == Primitive.TIMESTAMP;
        case DAY, MONTH, YEAR -> type == Primitive.TIMESTAMP || type == Primitive.DATE;
        case IDENTITY -> type == Primitive.BOOLEAN || isDiscrete(type) || type == Primitive.DATE;
        case BUCKET -> isDiscrete(type) || type == Primitive.TIMESTAMP || type == Primitive.DATE;
        case TRUNCATE -> isDiscrete(type);
      };
    }

    private static boolean isDiscrete(Primitive type) {
      return type == Primitive.LONG || type == Primitive.STRING;
    }

    /** Whether it cuts time into spans. */
    boolean isOfTime() {
      return this == HOUR || this == DAY || this == MONTH || this == YEAR;
    }

    /** As a blueprint writes it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static List<String> names() {
      return Arrays.stream(values()).map(Transform::text).toList();
    }

    static Transform of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** Reads {@code day(ts)}, {@code bucket(16, id)} or a bare column; empty when it is neither. */
  public static Optional<PartitionField> parse(String text) {
    if (PLAIN.matcher(text).matches()) {
      return Optional.of(new PartitionField(Transform.IDENTITY, text, 0));
    }
    Matcher ofColumn = OF_COLUMN.matcher(text);
    if (ofColumn.matches()) {
      return Optional.of(new PartitionField(Transform.of(ofColumn.group(1)), ofColumn.group(2), 0));
    }
    Matcher withWidth = WITH_WIDTH.matcher(text);
    if (withWidth.matches()) {
      return Optional.of(
          new PartitionField(
              Transform.of(withWidth.group(1)),
              withWidth.group(3),
              Integer.parseInt(withWidth.group(2))));
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return switch (transform) {
      case IDENTITY -> column;
      case BUCKET, TRUNCATE -> transform.text() + "(" + width + ", " + column + ")";
      default -> transform.text() + "(" + column + ")";
    };
  }
}

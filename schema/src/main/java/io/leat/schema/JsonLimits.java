package io.leat.schema;

/**
 * How much structure a record may have.
 *
 * @param depth levels of nesting; an object of scalars has depth 1
 * @param fields object members and array elements of one record, all levels together
 */
public record JsonLimits(int depth, int fields) {
  /** What the gateway uses unless configured otherwise. */
  public static final JsonLimits DEFAULT = new JsonLimits(32, 2_000);

  public JsonLimits {
    if (depth < 1 || depth > 500 || fields < 1) {
      throw new IllegalArgumentException("depth must be 1 to 500 and fields at least 1");
    }
  }
}

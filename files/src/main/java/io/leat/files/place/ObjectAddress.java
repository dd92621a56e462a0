package io.leat.files.place;

/**
 * Where an object is.
 *
 * @param bucket its name
 * @param key of the object, or what the keys of several begin with
 */
public record ObjectAddress(String bucket, String key) {
  private static final String SCHEME = "s3://";

  /** Whether a place that the ledger has is in a bucket; else it is in a folder. */
  public static boolean isOne(String place) {
    return place.startsWith(SCHEME);
  }

  /** What {@code s3://bucket/key} says. */
  public static ObjectAddress of(String place) {
    if (!isOne(place)) {
      throw new IllegalArgumentException(place + " is in no bucket");
    }
    String[] parts = place.substring(SCHEME.length()).split("/", 2);
    return new ObjectAddress(parts[0], parts.length == 1 ? "" : parts[1]);
  }

  /** As the ledger writes it. */
  public String text() {
    return SCHEME + bucket + "/" + key;
  }

  /** The key of what is below this one. */
  public String below(String name) {
    return key + "/" + name;
  }
}

package io.leat.rules.file;

import java.nio.file.Path;

/** Where files lie. */
public sealed interface Place {
  /** As people and the ledger write it: a path, or {@code s3://bucket/prefix}. */
  String text();

  /**
   * A folder of this machine, or one that it has mounted.
   *
   * @param path absolute
   */
  record Folder(Path path) implements Place {
    @Override
    public String text() {
      return path.toString();
    }
  }

  /**
   * Objects of a bucket.
   *
   * @param prefix without a slash at its beginning and end; may be empty
   */
  record Bucket(String bucket, String prefix) implements Place {
    @Override
    public String text() {
      return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }

    /** The key of an object below the prefix. */
    public String key(String name) {
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }
  }
}

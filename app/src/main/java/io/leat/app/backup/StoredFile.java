package io.leat.app.backup;

/**
 * A file of a backup.
 *
 * @param path under the backups' folder
 * @param bytes its size
 * @param sha256 of its content, in hexadecimal
 */
public record StoredFile(String path, long bytes, String sha256) {
  /** Of files that several backups may share: they outlive the backup that wrote them. */
  static final String SHARED = "files/";

  boolean isShared() {
    return path.startsWith(SHARED);
  }
}

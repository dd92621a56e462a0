package io.leat.app.backup;

import io.leat.event.ErrorCode;
import io.leat.event.LeatException;
import io.leat.lake.LocalFileIO;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * The folder or the S3 prefix that holds backups. A file that was written is on the device, or in
 * S3, and has its whole content or is not there. Thread-safe; its calls block and throw unchecked
 * exceptions when the store does not answer.
 */
public final class BackupStore implements AutoCloseable {
  private static final int PIECE = 1 << 18;

  private final FileIO io;
  private final SupportsPrefixOperations listing;
  private final String root;

  private <T extends FileIO & SupportsPrefixOperations> BackupStore(T io, String root) {
    this.io = io;
    this.listing = io;
    this.root = root.replaceFirst("/+$", "");
  }

  /**
   * Opens the place, which need not exist.
   *
   * @param place an absolute path, or {@code s3://bucket/prefix}
   * @param s3 Iceberg's properties for S3; of no meaning for a path
   * @throws LeatException INVALID_CONFIGURATION when it is neither
   */
  public static BackupStore open(String place, Map<String, String> s3) {
    if (place.matches("s3a?://[A-Za-z0-9][A-Za-z0-9._-]*(/\\S*)?")) {
      S3FileIO io = new S3FileIO();
      io.initialize(s3);
      return new BackupStore(io, place);
    }
    if (!Path.of(place).isAbsolute() || place.matches("[a-z0-9]+:.*")) {
      throw new LeatException(
          ErrorCode.INVALID_CONFIGURATION,
          "Backups cannot be kept at '"
              + place
              + "'. Name a folder by its absolute path, or s3://bucket/prefix.");
    }
    LocalFileIO io = new LocalFileIO();
    io.initialize(Map.of());
    return new BackupStore(io, Path.of(place).normalize().toString());
  }

  /** Makes a folder that is missing, for its owner only: all events will be in it. */
  void create() throws IOException {
    if (!(io instanceof LocalFileIO) || Files.exists(Path.of(root))) {
      return;
    }
    Path folder = Path.of(root);
    if (folder.getParent() != null) {
      Files.createDirectories(folder.getParent());
    }
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (UnsupportedOperationException e) {
      Files.createDirectory(folder); // a share that knows no such permissions
    }
  }

  /** Where it is. */
  public String root() {
    return root;
  }

  /** A file to be read; it may be missing. */
  public InputFile file(String path) {
    return io.newInputFile(root + "/" + path);
  }

  boolean exists(String path) {
    return file(path).exists();
  }

  byte[] read(String path) throws IOException {
    try (InputStream in = file(path).newStream()) {
      return in.readAllBytes();
    }
  }

  /** Writes what the writer writes, in place of what was there. */
  public StoredFile write(String path, Writer writer) throws IOException {
    MessageDigest digest = sha256();
    Counted out = new Counted(io.newOutputFile(root + "/" + path).createOrOverwrite(), digest);
    try (out) {
      writer.to(out);
    }
    return new StoredFile(path, out.bytes, hex(digest));
  }

  /** Writes a stream's content; closes it. */
  public StoredFile write(String path, InputStream content) throws IOException {
    try (content) {
      return write(path, out -> content.transferTo(out));
    }
  }

  /**
   * Copies a file out of the store.
   *
   * @param out is left open
   * @throws LeatException CONFLICT when it is not what the backup's manifest says
   */
  public void copy(StoredFile file, OutputStream out) throws IOException {
    MessageDigest digest = sha256();
    Counted counted = new Counted(out, digest);
    try (InputStream in = file(file.path()).newStream()) {
      pump(in, counted);
    }
    if (counted.bytes != file.bytes() || !hex(digest).equals(file.sha256())) {
      throw new LeatException(
          ErrorCode.CONFLICT,
          "The backup's file "
              + root
              + "/"
              + file.path()
              + " is not what was written; 'leat backup verify' shows what else is damaged");
    }
  }

  /** The checksum of a file's content. */
  static String sha256(InputStream content) throws IOException {
    MessageDigest digest = sha256();
    pump(content, new Counted(OutputStream.nullOutputStream(), digest));
    return hex(digest);
  }

  private static void pump(InputStream in, OutputStream out) throws IOException {
    byte[] piece = new byte[PIECE];
    for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
      out.write(piece, 0, read);
    }
  }

  /** The sizes of the files under a folder, by path. */
  Map<String, Long> sizes(String folder) {
    Map<String, Long> sizes = new TreeMap<>();
    for (FileInfo file : listing.listPrefix(root + "/" + folder)) {
      String location = file.location();
      int at = location.indexOf(root + "/");
      if (at >= 0) {
        sizes.put(location.substring(at + root.length() + 1), file.size());
      }
    }
    return sizes;
  }

  void delete(String path) {
    io.deleteFile(root + "/" + path);
  }

  void deleteAll(String folder) {
    List<String> paths = new ArrayList<>(sizes(folder).keySet());
    paths.forEach(this::delete);
    if (io instanceof LocalFileIO) {
      listing.deletePrefix(root + "/" + folder);
    }
  }

  @Override
  public void close() {
    io.close();
  }

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Writer {
    void to(OutputStream out) throws IOException;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e)); // every JDK has it
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static final class Counted extends OutputStream {
    private final OutputStream to;
    private final MessageDigest digest;
    private long bytes;

    Counted(OutputStream to, MessageDigest digest) {
      this.to = to;
      this.digest = digest;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] values, int from, int length) throws IOException {
      to.write(values, from, length);
      digest.update(values, from, length);
      bytes += length;
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }
}

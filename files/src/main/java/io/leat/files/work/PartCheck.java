package io.leat.files.work;

import io.leat.files.place.Staging;
import io.leat.parquet.PartSummary;
import io.leat.rules.file.ConvertSpec;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at the parts that an earlier attempt left, before they are built upon. */
final class PartCheck {
  private PartCheck() {}

  /**
   * What the parts hold, counted anew.
   *
   * @return null when one is not as it was written
   */
  static @Nullable List<PartSummary> check(
      Staging staging, List<Resume.Part> parts, ConvertSpec.Compression compression) {
    List<PartSummary> all = new ArrayList<>();
    try {
      for (Resume.Part part : parts) {
        PartSummary found = check(staging, part, compression, all.size());
        if (!found.sha256().equals(part.sha256()) || found.bytes() != part.bytes()) {
          return null;
        }
        all.add(found);
      }
    } catch (IOException e) {
      return null; // it is not there, or was cut off: everything is made anew
    }
    return all;
  }

  private static PartSummary check(
      Staging staging, Resume.Part part, ConvertSpec.Compression compression, int index)
      throws IOException {
    MessageDigest digest = StagedParts.sha256();
    Counted bytes = new Counted(new DigestInputStream(staging.read(part.name()), digest));
    long rows = 0;
    long json = 0;
    byte[] buffer = new byte[1 << 18];
    try (bytes;
        InputStream in = PartReader.json(bytes, compression)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        json += count;
        for (int i = 0; i < count; i++) {
          rows += buffer[i] == '\n' ? 1 : 0;
        }
      }
      bytes.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return new PartSummary(
        index, rows, bytes.count, json, HexFormat.of().formatHex(digest.digest()));
  }

  /** Counts what is read. */
  private static final class Counted extends java.io.FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = super.read(target, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
